/** Several samples in one run: puts feeds together, takes outputs apart, and finds out whether a model allows it. */

import { isCancelled, LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { tensorType } from '../model/types.ts';
import { elementCount } from '../tensor/dtype.ts';
import { nativeArrayOf, tensorValueFloats, type Feeds, type TensorValue } from '../tensor/tensor-value.ts';
import { liftBatch } from './lift-batch.ts';
import type { Runtime } from './runtime.ts';

export { liftBatch } from './lift-batch.ts';

/** Inputs whose first dimension is not fixed: those that take a batch. */
export function batchedInputs(model: Model): ReadonlySet<string> {
  const names = new Set<string>();
  for (const input of model.graph.feeds()) {
    const shape = tensorType(input)?.shape;
    if (shape && shape.length > 0 && typeof shape[0] !== 'number') names.add(input.name);
  }
  return names;
}

/**
 * One feed of all rows of `list`. Inputs that are not `batched` must be the same in all and are taken from the first.
 *
 * @throws LatheError `DATA` when shapes differ beyond the first dimension, or an input that takes no batch differs
 */
export function concatFeeds(list: readonly Feeds[], batched: ReadonlySet<string>): Feeds {
  const [first] = list;
  if (!first || list.length === 1) return first ?? {};
  const result: Record<string, TensorValue> = {};
  for (const [name, value] of Object.entries(first)) {
    const values = list.map((feeds) => feeds[name]);
    if (batched.has(name)) {
      if (!values.every((other) => other !== undefined && sameRows(value, other))) throw unlike(name);
      result[name] = concatRows(values.filter((other) => other !== undefined));
    } else {
      if (!values.every((other) => other !== undefined && equal(value, other))) throw unlike(name);
      result[name] = value;
    }
  }
  return result;
}

function unlike(value: string): LatheError {
  return new LatheError('DATA', `The samples' data for input "${value}" do not fit into one batch.`, {
    fix: 'Use a batch of 1.',
    at: { value },
  });
}

function sameRows(a: TensorValue, b: TensorValue): boolean {
  return a.dtype === b.dtype && a.dims.length > 0 && a.dims.slice(1).join() === b.dims.slice(1).join();
}

function equal(a: TensorValue, b: TensorValue): boolean {
  if (a.dtype !== b.dtype || a.dims.join() !== b.dims.join()) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}

function concatRows(values: readonly TensorValue[]): TensorValue {
  const { dtype, dims } = values[0]!;
  const rows = values.reduce((sum, value) => sum + value.dims[0]!, 0);
  const joined = [rows, ...dims.slice(1)];
  const Native = nativeArrayOf(dtype);
  if (!Native) return { dtype, dims: joined, data: values.flatMap((value) => value.data as readonly string[]) };
  const data = new Native(elementCount(joined));
  let at = 0;
  for (const value of values) {
    // Both are arrays of `dtype`.
    (data as Float32Array).set(value.data as Float32Array, at);
    at += value.data.length;
  }
  return { dtype, dims: joined, data };
}

/**
 * Takes the outputs of one run apart again, as views.
 *
 * @param rows rows of each sample
 * @throws LatheError `RUNTIME` when an output does not have as many rows as were fed
 */
export function splitOutputs(
  outputs: Readonly<Record<string, TensorValue>>,
  rows: readonly number[],
): Record<string, TensorValue>[] {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const parts: Record<string, TensorValue>[] = rows.map(() => ({}));
  for (const [name, { dtype, dims, data }] of Object.entries(outputs)) {
    if (dims[0] !== total) {
      throw new LatheError('RUNTIME', `The output "${name}" has shape [${dims.join(', ')}] for ${total} rows.`, {
        fix: 'Use a batch of 1.',
        at: { value: name },
      });
    }
    const rowLength = elementCount(dims.slice(1));
    let at = 0;
    for (const [i, count] of rows.entries()) {
      const end = at + count * rowLength;
      parts[i]![name] = { dtype, dims: [count, ...dims.slice(1)], data: sliceOf(data, at, end) };
      at = end;
    }
  }
  return parts;
}

function sliceOf(data: TensorValue['data'], start: number, end: number): TensorValue['data'] {
  return 'subarray' in data ? data.subarray(start, end) : data.slice(start, end);
}

/**
 * The largest difference, relative to the largest value, between a row alone and in a batch that counts as rounding:
 * matrix products of other sizes add up in another order. It holds without onnxruntime's rewriting of the graph, which
 * differs between fixed and free shapes and alone makes differences of 1e-3.
 */
const rounding = 1e-4;

/**
 * Whether `lifted` does for each row of a batch what `original` does for the row alone. Really runs both: on all of
 * `samples` (two or three, not all alike) together and on each of them.
 */
export async function verifyBatch(
  runtime: Runtime,
  original: Model,
  lifted: Model,
  samples: readonly Feeds[],
  signal?: AbortSignal,
): Promise<boolean> {
  const batched = batchedInputs(lifted);
  if (samples.length < 2 || batched.size === 0) return false;
  try {
    const alone = await runAll(runtime, original, samples, signal);
    const rows = samples.map((feeds) => feeds[[...batched][0]!]?.dims[0] ?? 0);
    const [together] = await runAll(runtime, lifted, [concatFeeds(samples, batched)], signal);
    const parts = splitOutputs(together!, rows);
    return parts.every((part, i) =>
      Object.entries(alone[i]!).every(([name, value]) => part[name] !== undefined && close(value, part[name])),
    );
  } catch (error) {
    if (isCancelled(error) || !(error instanceof LatheError)) throw error;
    // What cannot be run in a batch, or dies of it, is not batched.
    return false;
  }
}

async function runAll(
  runtime: Runtime,
  model: Model,
  list: readonly Feeds[],
  signal?: AbortSignal,
): Promise<Record<string, TensorValue>[]> {
  const session = await runtime.load(model, { optimization: 'disabled' }, signal);
  try {
    const results = [];
    for (const feeds of list) results.push(await session.run(feeds, undefined, signal));
    return results;
  } finally {
    await session.release();
  }
}

function close(a: TensorValue, b: TensorValue): boolean {
  if (!a.dtype.startsWith('float') && a.dtype !== 'bfloat16') return equal(a, b);
  if (a.dtype !== b.dtype || a.dims.join() !== b.dims.join()) return false;
  const x = tensorValueFloats(a);
  const y = tensorValueFloats(b);
  let largest = 0;
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]!)) largest = Math.max(largest, Math.abs(x[i]!));
  for (let i = 0; i < x.length; i++) {
    if (!Object.is(x[i], y[i]) && !(Math.abs(x[i]! - y[i]!) <= rounding * largest)) return false;
  }
  return true;
}

/**
 * A model that does what `model` does for batches too: itself, or lifted; undefined when none is found to.
 *
 * @param samples as for `verifyBatch`
 */
export async function batchableModel(
  runtime: Runtime,
  model: Model,
  samples: readonly Feeds[],
  signal?: AbortSignal,
): Promise<Model | undefined> {
  const candidate = liftBatch(model) ?? model;
  return (await verifyBatch(runtime, model, candidate, samples, signal)) ? candidate : undefined;
}
