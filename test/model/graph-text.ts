/** The structure of a graph view as lines that a test can spell out. */

import { groupKinds, nodeKinds, type GraphStructure } from '../../protocol/graph/structure.ts';

export function graphKindName(graph: GraphStructure, node: number): (typeof nodeKinds)[number] {
  return nodeKinds[graph.kind[node]!]!;
}

/** By node: "name [kind group] <- maker:tensor, …". */
export function graphText(graph: GraphStructure): string[] {
  return graph.names.map((name, node) => {
    const group = graph.group[node]!;
    const place = group < 0 ? '' : ` [${groupKinds[graph.groupKind[group]!]!} ${graph.groupNames[group]!}]`;
    const reads = [...graph.source].flatMap((source, e) =>
      (graph.target[e] === node ? [`${graph.names[source]!}:${graph.tensorNames[graph.tensor[e]!]!}`] : []));
    return `${name}${place}${reads.length > 0 ? ` <- ${reads.join(', ')}` : ''}`;
  });
}
