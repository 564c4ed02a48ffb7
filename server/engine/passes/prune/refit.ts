/**
 * Fits the layers of a pruned network again, one after the other: each gets the weights and bias that bring its outputs
 * nearest, by least squares on the calibration data, to what the whole network has there, given what the layers before
 * it (already fitted) really deliver. As in He, Zhang and Sun, "Channel pruning for accelerating very deep neural
 * networks" (2017), with the whole network's outputs as the target for every layer.
 */

import type { Dataset, Sample } from '../../data/dataset.ts';
import { throwIfCancelled } from '../../errors.ts';
import { Constants } from '../../model/constants.ts';
import { removeDead } from '../../model/dead-code.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { maxVector } from '../../runtime/observers/kernels/kernels.ts';
import type { RegressionResult } from '../../runtime/observers/regression.ts';
import type { PassContext } from '../pass.ts';
import { roleOf, type ComputeRole } from '../quantize/static/operators.ts';
import { patchShape } from '../quantize/static/patches.ts';
import { cholesky, solveCholesky } from './linear-algebra.ts';

/** How strongly weights are held where they are, as a share of the inputs' mean energy. */
const pull = 1e-2;
/**
 * The same where single weights are zero and error feedback has made up for them: on stories260K at half of the weights
 * a tenth to a half is best, and 0.01 costs 7 % of the perplexity.
 */
const pullOfZeros = 0.2;
const mostSamples = 128;
const vectorsPerUnknown = 6;
const fewestVectors = 4096;
/** A layer that would take more is not fitted again: about ten seconds. */
const mostProducts = 1e10;

/** What the fit of a layer needs to know. */
interface Fit {
  readonly node: Node;
  readonly role: ComputeRole;
  readonly input: string;
  readonly output: string;
}

/** What was removed. */
export interface Removed {
  /** The channels of a value of the whole network that are left, in order; undefined where all are. */
  readonly keptOf: (value: string) => readonly number[] | undefined;
  /** By the name of a weight, in its order: marks of what must stay zero. */
  readonly zeros?: ReadonlyMap<string, Uint8Array>;
  /** Names of weights that are new. */
  readonly changed?: ReadonlySet<string>;
}

/**
 * @param whole the network before anything was removed
 * @param pruned the same network with less; changed in place
 * @returns the number of layers fitted
 */
export async function refit(
  whole: Model,
  pruned: Model,
  removed: Removed,
  data: Dataset,
  context: PassContext,
): Promise<number> {
  // A sequence's state would have to be carried through both networks.
  if (data.carry) return 0;
  const fits = layersToFit(whole, pruned, removed);
  const samples = await read(data, context.signal);
  let fitted = 0;
  for (const [i, fit] of fits.entries()) {
    throwIfCancelled(context.signal);
    context.progress('Fitting layers again', i, fits.length);
    if (await fitLayer(whole, pruned, fit, removed, samples, context)) fitted += 1;
  }
  context.progress('Fitting layers again', fits.length, fits.length);
  return fitted;
}

/** Layers with weights that changed, or whose inputs did, in the order of the graph. */
function layersToFit(whole: Model, pruned: Model, { keptOf, zeros, changed: replaced }: Removed): Fit[] {
  const constants = Constants.of(pruned);
  const changed = new Set<string>();
  const known = new Set(whole.graph.nodes.flatMap((node) => node.outputs));
  const fits: Fit[] = [];
  for (const node of pruned.graph.nodes) {
    const isChanged = (input: string): boolean =>
      changed.has(input) || zeros?.has(input) === true || replaced?.has(input) === true
        || (!constants.has(input) && keptOf(input) !== undefined);
    const differs = node.inputs.some(isChanged);
    if (!differs) continue;
    for (const output of node.outputs) changed.add(output);
    const role = roleOf(node, constants);
    const input = role?.kind === 'compute' ? node.input(role.data) : undefined;
    const output = node.outputs[0];
    const isWhole = node.int('group', 1) === 1;
    const isKnown = output !== undefined && known.has(output);
    if (role?.kind === 'compute' && input && isKnown && isWhole) fits.push({ node, role, input, output });
  }
  return fits;
}

async function read(data: Dataset, signal: AbortSignal | undefined): Promise<Sample[]> {
  const count = Math.min(data.size, mostSamples);
  const some = data.subset(Array.from({ length: count }, (_, i) => Math.floor((i * data.size) / count)));
  const samples: Sample[] = [];
  for await (const sample of some.samples(signal ? { signal } : {})) samples.push(sample);
  return samples;
}

async function fitLayer(
  whole: Model,
  pruned: Model,
  { node, role, input, output }: Fit,
  { keptOf, zeros }: Removed,
  samples: readonly Sample[],
  context: PassContext,
): Promise<boolean> {
  const { channels: outputs, reduction } = role.layout;
  const patch = node.is('Conv') ? patchShape(node, role) : undefined;
  if (node.is('Conv') && !patch) return false;
  // The outputs are fitted in parts where they do not fit beside the inputs.
  const part = Math.min(outputs, maxVector - reduction - 1);
  if (part < 1) return false;
  const kept = keptOf(output) ?? Array.from({ length: outputs }, (_, i) => i);
  if (kept.length !== outputs) return false;
  const parts = Array.from({ length: Math.ceil(outputs / part) }, (_, i) => kept.slice(i * part, (i + 1) * part));
  const vectors = Math.max(fewestVectors, vectorsPerUnknown * (reduction + part));
  const runtime = await context.runtime();
  const load = (model: Model, value: string) =>
    runtime.load(upTo(model, value), { threads: context.threads }, context.signal);
  const before = await load(whole, output);
  const after = await load(pruned, input);
  try {
    const observation = await runtime.observe([before, after], parts.map((channels) => ({
      kind: 'regression',
      tap: { session: 1, value: input },
      target: { session: 0, value: output },
      channels,
      ...(patch && { patch }),
      positions: Math.ceil(vectors / samples.length),
      seed: context.seed,
    })), context.signal);
    for (const { feeds } of samples) await observation.observe(feeds, context.signal);
    const results = await observation.collect();
    await observation.close();
    const sums = results.flatMap((result) => (result.kind === 'regression' ? [result] : []));
    const solved = solve(pruned, node, role, sums, zeros?.get(node.input(role.weight)!));
    if (!solved) return false;
    const editor = new GraphEditor(pruned);
    for (const tensor of solved) editor.replaceConstant(tensor.name, tensor);
    return true;
  } finally {
    await before.release();
    await after.release();
  }
}

/** The part of a model that makes `value`, as its only output. */
function upTo(model: Model, value: string): Model {
  const copy = model.clone();
  copy.graph.outputs = [{ name: value }];
  removeDead(copy.graph, copy.irVersion);
  return copy;
}

/** New weight and bias, named as the old ones; undefined where the data do not determine them. */
function solve(
  model: Model,
  node: Node,
  { layout, weight, bias }: ComputeRole,
  results: readonly RegressionResult[],
  zeros: Uint8Array | undefined,
): Tensor[] | undefined {
  const constants = Constants.of(model);
  const old = constants.tensor(node.input(weight))!;
  const oldBias = bias === undefined ? undefined : constants.tensor(node.input(bias));
  if (old.dtype !== 'float32' || (oldBias && oldBias.size !== layout.channels)) return undefined;
  const values = old.toFloat32().slice();
  const biases = oldBias?.toFloat32().slice();
  const n = layout.reduction;
  // Without a bias there is no place for a constant.
  const unknowns = biases ? n + 1 : n;
  if (zeros && costOfRows(zeros, layout.channels, unknowns) > mostProducts) return undefined;
  let channel = 0;
  for (const { inputs, sums, count } of results) {
    if (inputs !== n || count < unknowns) return undefined;
    const size = Math.sqrt(sums.length);
    const at = (i: number, j: number): number => (i <= j ? sums[i * size + j]! : sums[j * size + i]!) / count;
    let energy = 0;
    for (let i = 0; i < n; i++) energy += at(i, i) / n;
    const held = (zeros ? pullOfZeros : pull) * energy + Number.MIN_VALUE ** 0.25;
    const all = Int32Array.from({ length: unknowns }, (_, i) => i);
    const whole = zeros ? undefined : factorAmong(all, at, held);
    if (!zeros && !whole) return undefined;
    for (let c = 0; c < size - n - 1; c++, channel++) {
      const was = (i: number): number => (i < n ? values[layout.index(channel, i)]! : biases![channel]!);
      const free = zeros ? all.filter((i) => i === n || zeros[layout.index(channel, i)] === 0) : all;
      const factor = whole ?? factorAmong(free, at, held);
      if (!factor) return undefined;
      const right = Float64Array.from(free, (i) => at(i, n + 1 + c) + held * was(i));
      solveCholesky(factor, free.length, right);
      for (const [k, i] of free.entries()) {
        if (i < n) values[layout.index(channel, i)] = right[k]!;
        else biases![channel] = right[k]!;
      }
    }
  }
  const weights = Tensor.fromBytes(node.input(weight)!, 'float32', old.dims, values);
  if (!biases) return [weights];
  return [weights, Tensor.fromBytes(node.input(bias!)!, 'float32', oldBias!.dims, biases)];
}

/** Factor of the second moments of some of the inputs, held by `held` on the diagonal. */
function factorAmong(
  free: Int32Array,
  at: (i: number, j: number) => number,
  held: number,
): Float64Array | undefined {
  const n = free.length;
  const matrix = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) matrix[a * n + b] = at(free[b]!, free[a]!);
    matrix[a * n + a]! += held;
  }
  return cholesky(matrix, n);
}

/** Products that solving a system for every row takes, about: each row has zeros at other places. */
function costOfRows(zeros: Uint8Array, channels: number, unknowns: number): number {
  let gone = 0;
  for (const mark of zeros) gone += mark;
  return (channels * (unknowns - gone / channels) ** 3) / 6;
}
