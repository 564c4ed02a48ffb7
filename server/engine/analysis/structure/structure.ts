/** The structure of a model as columns: what the graph view draws. From the structure alone, no weight is read. */

import { nodeKinds, type GraphStructure } from '../../../../protocol/graph/structure.ts';
import type { Model } from '../../model/model.ts';
import { inferShapes, type InferredTypes } from '../../model/shapes/infer.ts';
import { typeText } from '../../model/type-text.ts';
import { modelCosts, type ModelCosts } from '../layer-costs.ts';
import { categoryOf } from './categories.ts';
import { costColumns } from './cost-columns.ts';
import { detailOf } from './details.ts';
import { edgesOf, type EdgeTensor } from './edges.ts';
import { groupShapes } from './group-shapes.ts';
import { groupsOf } from './groups.ts';
import { NodeTable } from './node-table.ts';

/** What is known of the model already. */
export interface StructureOptions {
  readonly types?: InferredTypes;
  readonly costs?: ModelCosts;
  readonly table?: NodeTable;
  /** By node: its 0-based line in the text view; without it the lines are numbered like the nodes. */
  readonly lines?: Int32Array;
}

/** Nodes, edges and groups of a model. Damaged models have a structure too: what is not there has no edges. */
export function graphStructure(model: Model, options: StructureOptions = {}): GraphStructure {
  const types = options.types ?? inferShapes(model);
  const costs = options.costs ?? modelCosts(model, { types });
  const table = options.table ?? new NodeTable(model);
  const scopes = table.places.map(({ graph }) => types.forGraph(graph));
  const { tensors, ...edges } = edgesOf(table);

  const operators = new Numbering();
  const opType = Int32Array.from(table.nodes, (entry) =>
    (entry.kind === 'operator' ? operators.numberOf(entry.node.opType) : -1));
  const details = table.nodes.map((entry) => {
    const types = entry.kind === 'operator' ? scopes[entry.place] : undefined;
    return entry.kind === 'operator' && types ? detailOf(entry.node, types) : '';
  });

  const lines = new Numbering();
  const look = Int32Array.from(opType, (type, node) => (type + 1) * maxDetails + lines.numberOf(details[node]!));
  /** What a node does and the shape of what it makes: asked for only where blocks are looked for. */
  const shapes = new Numbering();
  const exact = (number: number): number => {
    const entry = table.nodes[number]!;
    const first = entry.kind === 'operator' ? scopes[entry.place]?.tensor(entry.node.outputs[0] ?? '') : undefined;
    return shapes.numberOf(`${opType[number]!} ${first?.shape?.join(',') ?? ''}`);
  };
  const edgesWithTensors = { ...edges, tensors };
  const groups = groupsOf(table, edgesWithTensors, { exact, coarse: (node) => opType[node]! });

  return {
    names: table.names,
    details,
    opTypes: operators.words,
    opCategories: operators.words.map(categoryOf),
    tensorNames: tensors.map(({ name }) => name),
    tensorTypes: tensors.map(({ name, place }: EdgeTensor) => typeText(scopes[place]?.get(name))),
    kind: Uint8Array.from(table.nodes, ({ kind }) => nodeKinds.indexOf(kind)),
    opType,
    line: options.lines ?? Int32Array.from(table.nodes.keys()),
    ...costColumns(table, costs),
    ...edges,
    ...groups.columns(),
    groupShape: groupShapes(groups, edgesWithTensors, look),
  };
}

/** More different lines under operators than any model has. */
const maxDetails = 2 ** 20;

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
