import { describe, expect, it } from 'vitest';
import type { DataSources } from '../data/source-schema.ts';
import { Model } from '../model/model.ts';
import { Node } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { findTarget } from '../targets/registry.ts';
import { advise } from './advise.ts';
import { formatRecipe } from './format.ts';
import { parseRecipe } from './parse.ts';

/** A model of one layer of each type, with as many weights as told. */
function model(layers: Readonly<Record<string, number>>): Model {
  const made = new Model();
  for (const [opType, weights] of Object.entries(layers)) {
    made.graph.nodes.push(new Node({ opType, name: opType, inputs: ['x', `w ${opType}`], outputs: [opType] }));
    const tensor = Tensor.from(`w ${opType}`, 'float32', [weights], new Float32Array(weights));
    made.graph.initializers.set(tensor.name, tensor);
  }
  return made;
}

const photos: DataSources = { calibration: { images: 'photos' }, evaluation: { images: 'photos' } };

function advised(layers: Readonly<Record<string, number>>, target = 'x64', data = photos) {
  const advice = advise({
    model: model(layers),
    modelPath: 'a.onnx',
    outputPath: 'a.int8.onnx',
    target: findTarget(target),
    data,
    goal: { maxDrop: 0.01 },
    seed: 0,
  });
  const quantize = advice.recipe.steps.find(({ name }) => name === 'quantize');
  return { ...advice, scheme: quantize?.options['scheme'], reason: advice.reasons[1] };
}

describe('advise', () => {
  it('folds first, always', () => {
    expect(advised({ Conv: 10 }).recipe.steps[0]).toEqual({ name: 'fold', options: {} });
  });

  it('quantizes convolutions statically, matrices dynamically', () => {
    expect(advised({ Conv: 90, Gemm: 10 }).scheme).toBe('int8');
    expect(advised({ Conv: 10, MatMul: 90 }).scheme).toBe('dynamic');
    expect(advised({ LSTM: 90, Conv: 10 }).scheme).toBe('dynamic');
    expect(advised({ Gemm: 100 }).scheme).toBe('int8');
  });

  it('goes by what the target runs well', () => {
    expect(advised({ Conv: 10 }, 'cuda').scheme).toBe('fp16');
    expect(advised({ MatMul: 10 }, 'qnn-htp').scheme).toBe('int8');
  });

  it('says what random calibration is worth', () => {
    expect(advised({ Conv: 10 }, 'x64', { calibration: { random: true } }).reason).toContain('random data');
    expect(advised({ Conv: 10 }, 'x64', {}).scheme).toBe('dynamic');
    expect(advised({ Conv: 10 }).reason).not.toContain('random');
  });

  it('offers no dynamic int8 where there is none', () => {
    expect(advised({ Conv: 10 }, 'nnapi', {})).toMatchObject({ scheme: 'fp16' });
    expect(advised({ MatMul: 90 }, 'tflite-micro').scheme).toBe('int8');
    expect(advised({ MatMul: 90 }, 'tflite-micro', {}).scheme).toBeUndefined();
  });

  it('says what kind of network it saw, and what saturates', () => {
    expect(advised({ Conv: 10 }).reason).toContain('convolutional network (1 convolution)');
    expect(advised({ Conv: 10 }).reason).toContain('16-bit sums');
    expect(advised({ Conv: 10 }, 'x64-vnni').reason).not.toContain('16-bit sums');
    expect(advised({ LSTM: 10 }).reason).toContain('recurrent network (1 recurrent layer)');
  });

  it('leaves alone what is quantized, and what has no weights', () => {
    expect(advised({ Conv: 10, DequantizeLinear: 1 }).scheme).toBeUndefined();
    expect(advised({}).scheme).toBeUndefined();
  });

  it('makes recipes that can be read back, reasons included', () => {
    const { recipe, comments } = advised({ Conv: 10 });
    const text = formatRecipe(recipe, comments);
    expect(text).toContain('# int8 weights and activations');
    expect(parseRecipe(text).recipe).toEqual(recipe);
  });
});
