/** What a pass needs to run, for tests: data in memory, and a runtime that the test owns. */

import type { Dataset, Sample } from '../../server/engine/data/dataset.ts';
import { Model } from '../../server/engine/model/model.ts';
import type { PassContext } from '../../server/engine/passes/pass.ts';
import type { Runtime } from '../../server/engine/runtime/runtime.ts';
import { x64 } from '../../server/engine/targets/processors.ts';
import { decibels } from '../../server/engine/tensor/affine.ts';
import type { Feeds, TensorValue } from '../../server/engine/tensor/tensor-value.ts';

export function memoryData(runs: readonly Feeds[]): Dataset {
  const sample = (index: number): Sample => ({ id: String(index), feeds: runs[index]! });
  return {
    description: `${runs.length} samples`,
    origin: 'memory',
    synthetic: false,
    size: runs.length,
    labelled: false,
    notes: [],
    id: String,
    label: () => undefined,
    at: (index) => Promise.resolve(sample(index)),
    async *samples({ start = 0, end = runs.length } = {}) {
      for (let i = start; i < Math.min(end, runs.length); i++) yield await Promise.resolve(sample(i));
    },
    subset: (indices) => memoryData(indices.map((index) => runs[index]!)),
  };
}

export function passContext(runtime: Runtime, fields: Partial<PassContext> = {}): PassContext {
  return {
    runtime: () => Promise.resolve(runtime),
    target: x64,
    original: new Model(),
    seed: 1,
    threads: 1,
    tempDir: '',
    progress: () => undefined,
    log: () => undefined,
    ...fields,
  };
}

/** Runs a model on each of `runs`; results in the same order. */
export async function runModel(
  runtime: Runtime,
  model: Model,
  runs: readonly Feeds[],
): Promise<Readonly<Record<string, TensorValue>>[]> {
  const session = await runtime.load(model, { threads: 1 });
  const results: Readonly<Record<string, TensorValue>>[] = [];
  for (const feeds of runs) results.push(await session.run(feeds));
  await session.release();
  return results;
}

/** SQNR in dB of the output `name` over all runs. */
export function outputDb(
  reference: readonly Readonly<Record<string, TensorValue>>[],
  candidate: readonly Readonly<Record<string, TensorValue>>[],
  name: string,
): number {
  let signal = 0;
  let noise = 0;
  for (const [i, results] of reference.entries()) {
    const wanted = results[name]!.data as Float32Array;
    const got = candidate[i]![name]!.data as Float32Array;
    for (let k = 0; k < wanted.length; k++) {
      signal += wanted[k]! ** 2;
      noise += (wanted[k]! - got[k]!) ** 2;
    }
  }
  return decibels(signal, noise);
}
