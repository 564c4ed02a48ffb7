/** A model as the page holds it: the structure that came from the host, and what follows from it. */

import { pageGraph, withFigures } from '../../../protocol/graph/page-graph.ts';
import type { GraphStructure, OpCategory } from '../../../protocol/graph/structure.ts';
import type { ModelFacts } from '../../../protocol/model.ts';
import type { PageFigures, PageModel } from '../../../protocol/page.ts';
import { opCategoryNames } from './categories.ts';
import { GroupTree } from './group-tree.ts';
import { Links } from './links.ts';

export class GraphModel {
  readonly uri: string;
  readonly fileName: string;
  readonly version: string;
  facts: ModelFacts;
  graph: GraphStructure;
  /** Whether shapes and costs are known. */
  complete: boolean;
  readonly groups: GroupTree;
  readonly links: Links;
  readonly nodeCount: number;
  /** By node: index into `opCategoryNames`. */
  readonly categoryIndex: Uint8Array;

  readonly #nodeOfName = new Map<string, number>();

  /** Throws a TypeError or a RangeError when the columns are not what the table says. */
  constructor(page: PageModel) {
    this.uri = page.uri;
    this.fileName = page.fileName;
    this.version = page.version;
    this.facts = page.figures?.facts ?? page.facts;
    this.graph = pageGraph(page);
    this.complete = page.complete || page.figures !== undefined;
    this.nodeCount = this.graph.kind.length;
    this.groups = new GroupTree(this.graph);
    this.links = new Links(this.nodeCount, this.graph.source, this.graph.target);
    this.categoryIndex = new Uint8Array(this.nodeCount);
    const ofOp = this.graph.opCategories.map((category) => opCategoryNames.indexOf(category));
    const boundary = opCategoryNames.indexOf('boundary');
    for (let n = 0; n < this.nodeCount; n++) this.categoryIndex[n] = ofOp[this.graph.opType[n]!] ?? boundary;
    this.graph.names.forEach((name, node) => this.#nodeOfName.set(name, node));
  }

  /** `false`, with nothing taken, where they are another version's. */
  takeFigures(figures: PageFigures): boolean {
    if (figures.version !== this.version) return false;
    this.graph = withFigures(this.graph, figures);
    this.facts = figures.facts;
    this.complete = true;
    return true;
  }

  /** The node of that name, -1 for none. */
  find(name: string): number {
    return this.#nodeOfName.get(name) ?? -1;
  }

  /** The node that makes the tensor of that name, -1 for none. */
  makerOf(tensorName: string): number {
    const tensor = this.graph.tensorNames.indexOf(tensorName);
    const edge = tensor < 0 ? -1 : this.graph.tensor.indexOf(tensor);
    return edge < 0 ? -1 : this.graph.source[edge]!;
  }

  isOperator(node: number): boolean {
    return this.graph.kind[node] === 0;
  }

  /** "Conv", or "Input" and "Output" for the graph's own. */
  opType(node: number): string {
    const op = this.graph.opType[node]!;
    if (op >= 0) return this.graph.opTypes[op]!;
    return this.graph.kind[node] === 1 ? 'Input' : 'Output';
  }

  category(node: number): OpCategory {
    const op = this.graph.opType[node]!;
    return op < 0 ? 'boundary' : this.graph.opCategories[op]!;
  }

  /** Tensors that the node makes; for an output of the graph the one that it takes. */
  tensorsOf(node: number): number[] {
    const { outStart, outgoing, inStart, incoming } = this.links;
    const tensors = new Set<number>();
    for (let i = outStart[node]!; i < outStart[node + 1]!; i++) tensors.add(this.graph.tensor[outgoing[i]!]!);
    if (this.graph.kind[node] === 2) {
      for (let i = inStart[node]!; i < inStart[node + 1]!; i++) tensors.add(this.graph.tensor[incoming[i]!]!);
    }
    return [...tensors];
  }
}
