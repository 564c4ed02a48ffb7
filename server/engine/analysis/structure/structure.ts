/** The structure of a model as columns: what the graph view draws. From the structure alone, no weight is read. */

import { nodeKinds, type GraphStructure } from '../../../../protocol/graph/structure.ts';
import type { Model } from '../../model/model.ts';
import { inferShapes, type InferredTypes } from '../../model/shapes/infer.ts';
import { typeText } from '../../model/type-text.ts';
import { categoryOf } from './categories.ts';
import { edgesOf } from './edges.ts';
import { NodeTable } from './node-table.ts';

export interface StructureOptions {
  /** Types of the model's values, where they are known already. */
  readonly types?: InferredTypes;
}

/** Nodes, edges and groups of a model. Damaged models have a structure too: what is not there has no edges. */
export function graphStructure(model: Model, options: StructureOptions = {}): GraphStructure {
  const types = options.types ?? inferShapes(model);
  const table = new NodeTable(model);
  const { tensors, ...edges } = edgesOf(table);
  const opTypes = new Map<string, number>();
  const opType = Int32Array.from(table.nodes, (entry) => {
    if (entry.kind !== 'operator') return -1;
    const known = opTypes.get(entry.node.opType);
    if (known !== undefined) return known;
    opTypes.set(entry.node.opType, opTypes.size);
    return opTypes.size - 1;
  });
  const count = table.nodes.length;
  const nothing = new Float64Array(count).fill(NaN);
  return {
    names: table.names,
    details: table.names.map(() => ''),
    opTypes: [...opTypes.keys()],
    opCategories: [...opTypes.keys()].map(categoryOf),
    tensorNames: tensors.map(({ name }) => name),
    tensorTypes: tensors.map(({ name, graph }) => typeText(types.forGraph(graph)?.get(name))),
    kind: Uint8Array.from(table.nodes, ({ kind }) => nodeKinds.indexOf(kind)),
    opType,
    parameters: new Float64Array(count),
    weightBytes: new Float64Array(count),
    macs: nothing,
    activationBytes: nothing,
    line: Int32Array.from({ length: count }, (_, i) => i),
    ...edges,
    group: new Int32Array(count).fill(-1),
    groupNames: [],
    groupParent: new Int32Array(0),
    groupKind: new Uint8Array(0),
    groupShape: new Int32Array(0),
  };
}
