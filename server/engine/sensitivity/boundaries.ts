/**
 * Where a network is cut: at positions in the order of its nodes where few bytes are alive, spread so that every part
 * costs about the same. Whatever changes inside a part shows at the boundary behind it; everything from there on is
 * float, and one and the same for all layers of the part.
 */

import { modelCosts } from '../analysis/layer-costs.ts';
import { Constants } from '../model/constants.ts';
import type { Model } from '../model/model.ts';
import { inferShapes } from '../model/shapes/infer.ts';
import { outerReads } from '../model/toposort.ts';
import { staticShape, type Dim, type TensorType } from '../model/types.ts';
import { elementCount, packedByteLength } from '../tensor/dtype.ts';

/** A position between two nodes. */
export interface Boundary {
  /** The number of nodes before it. */
  readonly position: number;
  /** What nodes behind it read and nodes before it (or callers) made, constants apart. */
  readonly values: readonly string[];
}

export interface Cuts {
  /** In order; the first is the beginning of the network (its inputs), the last its end, with no values. */
  readonly boundaries: readonly Boundary[];
  /** [nodes] cost of each node, as a share of all. */
  readonly costs: Float64Array;
  /** What each node makes. */
  readonly nodeOutputs: readonly (readonly string[])[];
  readonly typeOf: (value: string) => TensorType | undefined;
  /** Multiply-accumulates of one run, about: elementwise work counts, too. */
  readonly work: number;
}

export interface CutOptions {
  /** Shapes of the inputs, as data feed them. */
  readonly feeds: Readonly<Record<string, readonly Dim[]>>;
  /** Most parts. */
  readonly parts: number;
  /** Pairs of nodes, by index, that no cut may part. */
  readonly together: readonly (readonly [number, number])[];
}

/** Work of an element that is written, in multiply-accumulates: memory counts beside arithmetic. */
const workOfElement = 8;

/** Cuts the main graph of `model` in at most `parts` parts. */
export function cutModel(model: Model, { feeds, parts, together }: CutOptions): Cuts {
  const declared = inferShapes(model);
  const sized = inferShapes(model, { feeds });
  const { nodes } = model.graph;
  const work = workOf(model, feeds);
  const total = work.reduce((a, b) => a + b, 0) || 1;
  const costs = work.map((one) => one / total);
  const live = new LiveValues(model, (value) => sized.tensor(value));
  const parted = new Uint8Array(nodes.length + 1);
  for (const [first, second] of together) parted.fill(1, first + 1, second + 1);

  const boundaries: Boundary[] = [{ position: 0, values: live.at(0) }];
  const before = new Float64Array(nodes.length + 1);
  for (const [i, cost] of costs.entries()) before[i + 1] = before[i]! + cost;
  const candidates = live.positions.filter((position) => parted[position] === 0);
  for (let part = 1; part < parts; part++) {
    const best = nearest(candidates, part / parts, 1 / parts, before, live);
    if (best === undefined || best <= boundaries.at(-1)!.position) continue;
    boundaries.push({ position: best, values: live.at(best) });
  }
  boundaries.push({ position: nodes.length, values: [] });
  // Other samples may have other sizes, so that only what the model declares is said of values.
  const nodeOutputs = nodes.map(({ outputs }) => [...outputs]);
  return { boundaries, costs, nodeOutputs, typeOf: (value) => declared.tensor(value), work: total };
}

/** The candidate near `target` (a share of the cost) that is the best bargain of distance and bytes. */
function nearest(
  candidates: readonly number[],
  target: number,
  width: number,
  before: Float64Array,
  live: LiveValues,
): number | undefined {
  let best: number | undefined;
  let lowest = Infinity;
  for (const position of candidates) {
    const distance = Math.abs(before[position]! - target) / width;
    if (distance > 1) continue;
    const price = 2 * distance + Math.log2(1 + live.bytes(position));
    if (price >= lowest) continue;
    lowest = price;
    best = position;
  }
  return best;
}

function workOf(model: Model, feeds: CutOptions['feeds']): Float64Array {
  const work = new Float64Array(model.graph.nodes.length);
  const at = new Map(model.graph.nodes.map((node, i) => [node, i]));
  for (const { node, depth, macs, activationBytes } of modelCosts(model, { feeds }).layers) {
    const place = depth === 0 ? at.get(node) : undefined;
    if (place !== undefined) work[place] = (macs ?? 0) + (workOfElement * (activationBytes ?? 0)) / 4;
  }
  return work;
}

/** Which values are alive at each position of a graph. */
class LiveValues {
  /** Where the network may be cut: all that is alive is a tensor of known type. */
  readonly positions: readonly number[];
  private readonly spans: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  private readonly sizes: Float64Array;

  constructor(model: Model, typeOf: (value: string) => TensorType | undefined) {
    const { nodes } = model.graph;
    const constants = Constants.of(model);
    const made = new Map<string, number>();
    for (const input of model.graph.feeds()) made.set(input.name, 0);
    for (const [i, node] of nodes.entries()) {
      for (const output of node.outputs) if (output && !constants.has(output)) made.set(output, i + 1);
    }
    const lastUse = new Map<string, number>();
    for (const [i, node] of nodes.entries()) {
      for (const name of outerReads(node)) if (made.has(name)) lastUse.set(name, i);
    }
    this.spans = [...lastUse].map(([name, to]) => ({ name, from: made.get(name)!, to }));
    this.sizes = new Float64Array(nodes.length + 1);
    const closed = new Uint8Array(nodes.length + 1);
    for (const { name, from, to } of this.spans) {
      const type = typeOf(name);
      const shape = staticShape(type?.shape);
      // A value whose size is not known can be fed, but not its place be judged.
      const bytes = type && shape ? packedByteLength(type.dtype, elementCount(shape)) : Infinity;
      const open = type?.shape !== undefined && type.dtype !== 'undefined' && Number.isFinite(bytes);
      for (let position = from; position <= to; position++) {
        this.sizes[position]! += bytes;
        if (!open) closed[position] = 1;
      }
    }
    this.positions = Array.from(closed.keys()).filter((position) =>
      position > 0 && position < nodes.length && closed[position] === 0 && this.sizes[position]! > 0);
  }

  at(position: number): string[] {
    return this.spans.filter(({ from, to }) => from <= position && position <= to).map(({ name }) => name);
  }

  bytes(position: number): number {
    return this.sizes[position]!;
  }
}
