/**
 * Which node of one model is which of another: by name first, since tools keep names, then by what nodes do with the
 * values of nodes that are matched already, along the order of the graph.
 */

import { nodeKinds, type GraphStructure } from '../../../../protocol/graph/structure.ts';
import type { NodeStatus, StructureComparison } from '../../../../protocol/model.ts';

/** Operators that quantization puts around layers. */
const helpers: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear']);

/** Integer forms of float operators that are not named `QLinear…` or `…Integer`. */
const integerForms: Readonly<Record<string, string>> = {
  QGemm: 'Gemm',
  QAttention: 'Attention',
  DynamicQuantizeMatMul: 'MatMul',
  MatMulIntegerToFloat: 'MatMul',
  MatMulNBits: 'MatMul',
  DynamicQuantizeLSTM: 'LSTM',
  GatherBlockQuantized: 'Gather',
};

export function compareStructures(a: GraphStructure, b: GraphStructure): StructureComparison {
  const [left, right] = [new Side(a), new Side(b)];
  const counterpart = new Int32Array(a.names.length).fill(-1);
  const taken = new Int32Array(b.names.length).fill(-1);
  const pair = (i: number, j: number): void => {
    counterpart[i] = j;
    taken[j] = i;
  };
  const byName = new Map(b.names.map((name, j) => [name, j]));
  for (const [i, name] of a.names.entries()) {
    const j = byName.get(name);
    if (j !== undefined && taken[j] === -1 && left.isLike(i, right, j)) pair(i, j);
  }
  matchAlong(left, right, counterpart, taken, pair);
  const statusOfA = a.names.map((_, i): NodeStatus =>
    (counterpart[i]! < 0 ? 'removed' : statusOf(left, i, right, counterpart[i]!)));
  const statusOfB = b.names.map((_, j): NodeStatus => {
    if (taken[j]! >= 0) return statusOfA[taken[j]!]!;
    return helpers.has(right.operator(j)) ? 'quantized' : 'added';
  });
  return { counterpart: [...counterpart], statusOfA, statusOfB };
}

/** Pairs what is left: nodes of one operator that read from nodes which are pairs, in the order of the file. */
function matchAlong(
  left: Side,
  right: Side,
  counterpart: Int32Array,
  taken: Int32Array,
  pair: (i: number, j: number) => void,
): void {
  const free = new Map<string, number[]>();
  const keyOf = (operator: string, sources: readonly number[]): string => `${operator} ${sources.join(' ')}`;
  for (let j = 0; j < taken.length; j++) {
    if (taken[j] !== -1 || right.graph.kind[j] !== operatorKind || helpers.has(right.operator(j))) continue;
    const key = keyOf(right.base(j), right.makers(j));
    const list = free.get(key);
    if (list) list.push(j);
    else free.set(key, [j]);
  }
  for (let i = 0; i < counterpart.length; i++) {
    if (counterpart[i] !== -1 || left.graph.kind[i] !== operatorKind) continue;
    const sources = left.makers(i).map((source) => counterpart[source]!);
    if (sources.includes(-1)) continue;
    const j = free.get(keyOf(left.base(i), sources))?.shift();
    if (j !== undefined) pair(i, j);
  }
}

const operatorKind = nodeKinds.indexOf('operator');

/** One of the two models. */
class Side {
  readonly graph: GraphStructure;
  private readonly first: Int32Array;
  private readonly incoming: Int32Array;

  constructor(graph: GraphStructure) {
    this.graph = graph;
    const { source, target, names } = graph;
    this.first = new Int32Array(names.length + 1);
    for (const node of target) this.first[node + 1]! += 1;
    for (let i = 0; i < names.length; i++) this.first[i + 1]! += this.first[i]!;
    const filled = this.first.slice();
    this.incoming = new Int32Array(source.length);
    for (let e = 0; e < source.length; e++) {
      this.incoming[filled[target[e]!]!] = source[e]!;
      filled[target[e]!]! += 1;
    }
  }

  /** Empty for inputs and outputs. */
  operator(node: number): string {
    return this.graph.opTypes[this.graph.opType[node]!] ?? '';
  }

  /** The float operator that the node is a form of. */
  base(node: number): string {
    const operator = this.operator(node);
    if (integerForms[operator] !== undefined) return integerForms[operator];
    if (operator.startsWith('QLinear')) return operator.slice('QLinear'.length);
    return operator.endsWith('Integer') ? operator.slice(0, -'Integer'.length) : operator;
  }

  isLike(node: number, other: Side, counterpart: number): boolean {
    return this.graph.kind[node] === other.graph.kind[counterpart] && this.base(node) === other.base(counterpart);
  }

  sources(node: number): Int32Array {
    return this.incoming.subarray(this.first[node], this.first[node + 1]);
  }

  /** The nodes that make what the node reads, through quantization; constants that are dequantized have none. */
  makers(node: number): number[] {
    const found: number[] = [];
    for (const source of this.sources(node)) {
      let maker: number | undefined = source;
      while (maker !== undefined && helpers.has(this.operator(maker))) maker = this.sources(maker)[0];
      if (maker !== undefined) found.push(maker);
    }
    return found;
  }

  readsQuantized(node: number): boolean {
    return this.sources(node).some((source) => this.operator(source) === 'DequantizeLinear');
  }
}

function statusOf(left: Side, i: number, right: Side, j: number): NodeStatus {
  const [before, after] = [left.operator(i), right.operator(j)];
  if (helpers.has(before)) return before === after ? 'same' : 'changed';
  if (before !== after) return 'quantized';
  if (!left.readsQuantized(i) && right.readsQuantized(j)) return 'quantized';
  const isSame = left.graph.details[i] === right.graph.details[j]
    && left.graph.parameters[i] === right.graph.parameters[j]
    && left.graph.weightBytes[i] === right.graph.weightBytes[j];
  return isSame ? 'same' : 'changed';
}
