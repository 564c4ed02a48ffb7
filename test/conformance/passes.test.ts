/**
 * What passes make of every model of a collection: valid models that give the results of the original in onnxruntime,
 * or nothing at all. The collections are ONNX's own conformance models where LATHE_CONFORMANCE names the folder that
 * holds them, with their recorded inputs, and the models of the kit where LATHE_KIT names its folder, with random ones.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatheError } from '../../server/engine/errors.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { readTensorFile } from '../../server/engine/formats/onnx/tensor-file.ts';
import type { Model } from '../../server/engine/model/model.ts';
import { tensorType, type Dim, type ValueInfo } from '../../server/engine/model/types.ts';
import { validateModel } from '../../server/engine/model/validate.ts';
import { foldModel } from '../../server/engine/passes/fold/fold-model.ts';
import { toHalf, type HalfOptions } from '../../server/engine/passes/float16/to-half.ts';
import { liftOpset, type LiftTarget } from '../../server/engine/passes/opset/lift-opset.ts';
import { Runtime, type OptimizationLevel } from '../../server/engine/runtime/runtime.ts';
import { tensorValue, type Feeds, type TensorValue } from '../../server/engine/tensor/tensor-value.ts';
import { differences, noise, valueOf } from '../passes/same-results.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

type Results = Readonly<Record<string, TensorValue>>;

async function results(model: Model, feeds: Feeds, optimization: OptimizationLevel): Promise<Results> {
  const session = await runtime.load(model, { optimization });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** Undefined where onnxruntime does not run the model, or dies of it. */
async function resultsOfOriginal(model: Model, feeds: Feeds): Promise<{ expected: Results; own: number } | undefined> {
  try {
    const expected = await results(model, feeds, 'disabled');
    // What onnxruntime's own rewriting changes is rounding: no pass can be asked for less.
    const optimized = await results(model, feeds, 'all').catch(() => expected);
    const own = differences(expected, optimized);
    return { expected, own: Number.isFinite(own) ? own : 0 };
  } catch (error) {
    if (error instanceof LatheError) return undefined;
    throw error;
  }
}

function lifted(model: Model, to: LiftTarget): Model {
  try {
    return liftOpset(model, to);
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== 'UNSUPPORTED') throw error;
    return model;
  }
}

const half: HalfOptions = { type: 'float16', weightsOnly: false, io: 'float32', keepsFloat: () => false };

/** Passes that must not change results, and how much rounding may. */
const exact: readonly [name: string, apply: (model: Model) => Model, tolerance: number][] = [
  ['fold', (model) => foldModel(model).model, 1e-5],
  ['opset 13', (model) => lifted(model, 13), 1e-6],
  ['opset 17', (model) => lifted(model, 17), 1e-6],
  ['opset 21', (model) => lifted(model, 21), 1e-6],
  ['fold in opset 21', (model) => foldModel(lifted(model, 21)).model, 1e-5],
];

/** Expects every pass to leave the model as good as it was; returns whether onnxruntime could say so. */
async function expectPassesToHold(model: Model, feeds: Feeds, name: string): Promise<boolean> {
  const original = await resultsOfOriginal(model, feeds);
  for (const [pass, apply, tolerance] of exact) {
    const after = apply(model);
    if (after === model) continue;
    expect(validateModel(after), pass).toEqual([]);
    expect(after.graph.feeds(), pass).toEqual(model.graph.feeds());
    expect(after.graph.outputs, pass).toEqual(model.graph.outputs);
    if (!original) continue;
    const change = differences(original.expected, await results(after, feeds, 'disabled'));
    expect(change, `${pass} changes the results of ${name}`).toBeLessThanOrEqual(Math.max(tolerance, 4 * original.own));
  }
  // How much half precision changes depends on the model; that it runs does not.
  const halved = toHalf(model, half).model;
  expect(validateModel(halved), 'float16').toEqual([]);
  if (original) await results(halved, feeds, 'disabled');
  return original !== undefined;
}

function modelsIn(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.onnx')).sort();
}

const conformance = process.env['LATHE_CONFORMANCE'];

describe('conformance models (skipped unless LATHE_CONFORMANCE is their folder)', () => {
  const names = conformance === undefined ? [] : modelsIn(conformance);
  let ran = 0;

  it.each(names)('%s', async (name) => {
    const file = path.join(conformance!, name);
    const model = readModel(file);
    if (await expectPassesToHold(model, recordedInputs(file, model), name)) ran += 1;
  });

  it.skipIf(conformance === undefined)('are run by onnxruntime mostly', () => {
    expect(ran).toBeGreaterThan(names.length * 0.75);
  });
});

/** Inputs that are tensors, by name; models with others are not run. */
function recordedInputs(file: string, model: Model): Feeds {
  const own = path.basename(file) === 'model.onnx' ? path.dirname(file) : file.slice(0, -'.onnx'.length);
  const feeds: Record<string, TensorValue> = {};
  for (const [i, { name }] of model.graph.inputs.entries()) {
    const recorded = path.join(own, 'test_data_set_0', `input_${i}.pb`);
    if (!fs.existsSync(recorded)) continue;
    try {
      feeds[name] = valueOf(readTensorFile(recorded));
    } catch (error) {
      // A sequence or an optional value.
      if (!(error instanceof LatheError)) throw error;
    }
  }
  return feeds;
}

const kit = process.env['LATHE_KIT'];

describe('models of the kit (skipped unless LATHE_KIT is its folder)', () => {
  const names = ['models', 'odd'].flatMap((folder) => {
    if (kit === undefined) return [];
    return modelsIn(path.join(kit, folder)).map((name) => path.join(folder, name));
  });

  it.skipIf(kit === undefined)('are there', () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names.filter((name) => !name.includes('malformed')))('%s', { timeout: 120_000 }, async (name) => {
    const model = readModel(path.join(kit!, name));
    const feeds = Object.fromEntries(model.graph.feeds().map((input) => [input.name, randomInput(input)]));
    expect(await expectPassesToHold(model, feeds, name)).toBe(true);
  });
});

/** Lengths of dimensions with names, and of those without one, by input. */
const lengths: Readonly<Record<string, number>> = {
  'p2o.DynamicDimension.1': 64, 'p2o.DynamicDimension.2': 64, seq: 12, sequence: 512,
};
const shapes: Readonly<Record<string, readonly number[]>> = { input: [1, 512], state: [2, 1, 128] };

function randomInput({ name, type }: ValueInfo): TensorValue {
  const tensor = tensorType({ name, ...(type && { type }) })!;
  const dim = (length: Dim): number => (typeof length === 'number' ? length : lengths[length ?? ''] ?? 1);
  const dims = tensor.shape!.includes(null) ? shapes[name] ?? tensor.shape!.map(dim) : tensor.shape!.map(dim);
  const floats = noise(dims).data as Float32Array;
  switch (tensor.dtype) {
    case 'int64':
      return tensorValue('int64', dims, BigInt64Array.from(floats,
        (v) => (name === 'sr' ? 16000n : BigInt(Math.abs(Math.round(9 * v))))));
    case 'int32':
      return tensorValue('int32', dims, Int32Array.from(floats, (v) => Math.abs(Math.round(40 * v))));
    case 'bool':
      return tensorValue('bool', dims, Uint8Array.from(floats, (v) => Number(v > 0)));
    case 'float16':
      return tensorValue('float16', dims, Uint16Array.from(floats, (v) => (v > 0 ? 0x3c00 : 0xb800)));
    default:
      return tensorValue('float32', dims, floats);
  }
}
