/**
 * What quantization without data makes of every model of a collection, folded and in opset 13: a model with no error
 * that the original did not have and the same inputs and outputs, or a refusal as UNSUPPORTED. The collections are
 * ONNX's conformance models where LATHE_CONFORMANCE names a folder that holds them, and the models of the kit where
 * LATHE_KIT names its folder. The weights of conformance models are too small to be worth quantizing, so there it must
 * do nothing at all; those of the kit are not, and onnxruntime must load what is made of them.
 */

import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatheError } from '../../server/engine/errors.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import type { Model } from '../../server/engine/model/model.ts';
import { validateModel } from '../../server/engine/model/validate.ts';
import { foldModel } from '../../server/engine/passes/fold/fold-model.ts';
import { liftOpset } from '../../server/engine/passes/opset/lift-opset.ts';
import type { Candidate } from '../../server/engine/passes/quantize/candidates.ts';
import { quantizeDynamic } from '../../server/engine/passes/quantize/dynamic/quantize-dynamic.ts';
import { quantizeOptions } from '../../server/engine/passes/quantize/options.ts';
import { resolveSettings } from '../../server/engine/passes/quantize/settings.ts';
import { Runtime } from '../../server/engine/runtime/runtime.ts';
import { x64 } from '../../server/engine/targets/processors.ts';
import { modelsIn, recordedTensors } from './collection.ts';

const settings = resolveSettings(quantizeOptions.parse({ scheme: 'dynamic' }), x64);

/** Undefined where a step says that it cannot. */
function quantized(model: Model): Candidate | undefined {
  try {
    return quantizeDynamic(liftOpset(foldModel(model).model, 13), settings);
  } catch (error) {
    if (error instanceof LatheError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}

function errorsOf(model: Model): string[] {
  return validateModel(model).filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

/** Checks what is made of `model`; the number of layers quantized. */
function check(model: Model): { readonly after: Model | undefined; readonly layers: number } {
  const before = errorsOf(model);
  const result = quantized(model);
  if (!result) return { after: undefined, layers: 0 };
  expect(errorsOf(result.model).filter((message) => !before.includes(message))).toEqual([]);
  expect(result.model.graph.feeds()).toEqual(model.graph.feeds());
  expect(result.model.graph.outputs).toEqual(model.graph.outputs);
  return { after: result.model, layers: result.layers.filter(({ action }) => action !== 'float').length };
}

const conformance = process.env['LATHE_CONFORMANCE'];

describe('conformance models, quantized without data (skipped unless LATHE_CONFORMANCE is their folder)', () => {
  const names = conformance === undefined ? [] : modelsIn(conformance);

  it.skipIf(conformance === undefined)('are there', () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names)('%s', (name) => {
    const file = path.join(conformance!, name);
    const model = readModel(file);
    // Most have no weights, so also with the recorded inputs, all but the first, in their place.
    const weighted = model.clone();
    for (const [input, tensor] of [...recordedTensors(file, model)].slice(1)) {
      weighted.graph.initializers.set(input, tensor);
      weighted.graph.inputs = weighted.graph.inputs.filter((other) => other.name !== input);
    }
    for (const variant of [model, weighted]) expect(check(variant).layers).toBe(0);
  });
});

const kit = process.env['LATHE_KIT'];

describe('models of the kit, quantized without data (skipped unless LATHE_KIT is its folder)', () => {
  let runtime: Runtime;
  let layers = 0;

  beforeAll(async () => {
    runtime = await Runtime.start({ threads: 1 });
  });

  afterAll(() => runtime.close());

  const names = kit === undefined ? [] : ['models', 'odd'].flatMap((folder) =>
    modelsIn(path.join(kit, folder)).map((name) => path.join(folder, name)));

  it.each(names.filter((name) => !name.includes('malformed')))('%s', { timeout: 120_000 }, async (name) => {
    const result = check(readModel(path.join(kit!, name)));
    layers += result.layers;
    if (!result.after) return;
    const session = await runtime.load(result.after);
    await session.release();
  });

  it.skipIf(kit === undefined)('have layers that are quantized', () => {
    expect(layers).toBeGreaterThan(100);
  });
});
