import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/runtime/small-models.ts';
import { readModel } from '../formats/onnx/read.ts';
import { attr } from '../model/attribute.ts';
import type { NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { architectureOf } from './architecture.ts';

const kit = process.env['LATHE_KIT'];

function weight(name: string, dims: readonly number[]): Tensor {
  return Tensor.from(name, 'float32', dims, new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.1));
}

function attention(input: 'float32' | 'int64'): ReturnType<typeof smallModel> {
  const embed: NodeFields = { opType: 'Gather', inputs: ['table', 'x'], outputs: ['h'] };
  const copy: NodeFields = { opType: 'Identity', inputs: ['x'], outputs: ['h'] };
  return smallModel({
    inputs: [['x', input === 'int64' ? [1, 6] : [1, 6, 8], input]],
    outputs: [['y', [1, 6, 8]]],
    nodes: [
      input === 'int64' ? embed : copy,
      { opType: 'MatMul', inputs: ['h', 'w'], outputs: ['q'] },
      { opType: 'Transpose', inputs: ['h'], outputs: ['k'], attributes: { perm: attr.ints([0, 2, 1]) } },
      { opType: 'MatMul', inputs: ['q', 'k'], outputs: ['s'] },
      { opType: 'Softmax', inputs: ['s'], outputs: ['p'] },
      { opType: 'MatMul', inputs: ['p', 'h'], outputs: ['y'] },
    ],
    constants: [weight('w', [8, 8]), weight('table', [10, 8])],
    opset: 17,
  });
}

describe('the kind of a network', () => {
  it('is told from attention, and from what goes in and out', () => {
    expect(architectureOf(attention('float32'))).toMatchObject({ kind: 'transformer', evidence: '1 attention' });
    expect(architectureOf(attention('int64')).kind).toBe('decoder');
  });

  it.skipIf(kit === undefined).each([
    ['squeezenet1.1_fp32', 'convolutional'],
    ['cifar10_resnet20_jpegft', 'convolutional'],
    ['mnist', 'convolutional'],
    ['candy', 'convolutional'],
    ['yolox_nano', 'detector'],
    ['ch_PP-OCRv4_det_infer', 'mobile'],
    ['stories260K', 'decoder'],
    ['silero_vad', 'recurrent'],
  ])('of the real network %s is %s (skipped without LATHE_KIT)', (name, kind) => {
    expect(architectureOf(readModel(join(kit!, 'models', `${name}.onnx`))).kind).toBe(kind);
  });
});
