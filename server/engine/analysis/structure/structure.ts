/** The structure of a model as columns: what the graph view draws. From the structure alone, no weight is read. */

import { nodeKinds, type GraphFigures, type GraphStructure } from '../../../../protocol/graph/structure.ts';
import type { InferredTypes } from '../../model/shapes/infer.ts';
import { typeText } from '../../model/type-text.ts';
import type { ModelCosts } from '../layer-costs.ts';
import { categoryOf } from './categories.ts';
import { costColumns } from './cost-columns.ts';
import { detailOf } from './details.ts';
import { edgesOf, type EdgeTensor } from './edges.ts';
import { groupShapes } from './group-shapes.ts';
import { groupsOf } from './groups.ts';
import type { NodeTable } from './node-table.ts';
import { PlaceTypes } from './place-types.ts';

/** What is drawn first: everything but the figures, without inferring a shape. */
export interface DrawnStructure extends Omit<GraphStructure, keyof GraphFigures> {
  /** By tensor: where its name has its meaning, an index into the table's places. */
  readonly tensorPlaces: readonly number[];
}

/**
 * Nodes, edges and groups of a model. Damaged models have a structure too: what is not there has no edges.
 *
 * @param types asked for only where nodes have no names, to find the blocks that repeat
 */
export function drawnStructure(table: NodeTable, types: () => InferredTypes): DrawnStructure {
  const edges = edgesOf(table);
  const operators = new Numbering();
  const opType = Int32Array.from(table.nodes, (entry) =>
    (entry.kind === 'operator' ? operators.numberOf(entry.node.opType) : -1));
  const shapes = new Numbering();
  let scopes: PlaceTypes | undefined;
  const exact = (number: number): number => {
    const entry = table.nodes[number]!;
    if (entry.kind !== 'operator') return -1;
    scopes ??= new PlaceTypes(table, types());
    const shape = scopes.of(entry.place)?.tensor(entry.node.outputs[0] ?? '')?.shape;
    return shapes.numberOf(`${opType[number]!} ${shape?.join(',') ?? ''}`);
  };
  const groups = groupsOf(table, edges, { exact, coarse: (node) => opType[node]! });
  const { tensors, source, target, tensor } = edges;
  return {
    names: table.names,
    opTypes: operators.words,
    opCategories: operators.words.map(categoryOf),
    tensorNames: tensors.map(({ name }) => name),
    tensorPlaces: tensors.map(({ place }: EdgeTensor) => place),
    kind: Uint8Array.from(table.nodes, ({ kind }) => nodeKinds.indexOf(kind)),
    opType,
    source,
    target,
    tensor,
    ...groups.columns(),
    groupShape: groupShapes(groups, edges, looksOf(table, opType)),
  };
}

/** By node: equal numbers for operators of one kind with constants of the same shapes. */
function looksOf({ nodes, places }: NodeTable, opType: Int32Array): Int32Array {
  const looks = new Numbering();
  return Int32Array.from(nodes, (entry, number) => {
    if (entry.kind !== 'operator') return -1;
    let shapes = '';
    const { initializers } = places[entry.place]!.graph;
    for (const name of entry.node.inputs) {
      const constant = initializers.get(name);
      if (constant) shapes += ` ${constant.dims.join(',')}`;
    }
    return looks.numberOf(`${opType[number]!}${shapes}`);
  });
}

/**
 * What follows from shapes and costs.
 *
 * @param lines by node: its 0-based line in the text view
 */
export function graphFigures(
  table: NodeTable,
  { tensorNames, tensorPlaces }: DrawnStructure,
  { types, costs, lines }: { readonly types: InferredTypes; readonly costs: ModelCosts; readonly lines: Int32Array },
): GraphFigures {
  const placeTypes = new PlaceTypes(table, types);
  const scopes = table.places.map((_, place) => placeTypes.of(place));
  return {
    details: table.nodes.map((entry) => {
      const scope = entry.kind === 'operator' ? scopes[entry.place] : undefined;
      return entry.kind === 'operator' && scope ? detailOf(entry.node, scope) : '';
    }),
    tensorTypes: tensorNames.map((name, tensor) => typeText(scopes[tensorPlaces[tensor]!]?.get(name))),
    line: lines,
    ...costColumns(table, costs),
  };
}

/** Numbers words in the order in which they come. */
class Numbering {
  readonly words: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(word: string): number {
    const known = this.numbers.get(word);
    if (known !== undefined) return known;
    this.numbers.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}
