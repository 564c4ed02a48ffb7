import { afterAll, beforeAll, describe, it } from 'vitest';
import { ints, node, scalar } from '../../../../../test/model/build.ts';
import { expectGradients } from '../../../../../test/train/finite-differences.ts';
import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import { Runtime } from '../../../runtime/runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const mean = Tensor.from('mean', 'float32', [3], [0.5, -0.25, 0.1]);
const variance = Tensor.from('variance', 'float32', [3], [0.5, 2, 1.5]);
const batchNorm = node('BatchNormalization', 'x, scale, bias, mean, variance', 'y', { epsilon: attr.float(1e-3) });

/** What batch normalization is, written out. */
function writtenOut(axes: readonly number[], channels: readonly number[]): Parameters<typeof expectGradients>[1] {
  const keep = { keepdims: attr.int(1) };
  return {
    nodes: [batchNorm],
    inputs: {},
    reference: [
      node('ReduceMean', 'x, axes', 'm', keep),
      node('Sub', 'x, m', 'd'),
      node('Mul', 'd, d', 'dd'),
      node('ReduceMean', 'dd, axes', 'v', keep),
      node('Add', 'v, epsilon', 've'),
      node('Sqrt', 've', 's'),
      node('Div', 'd, s', 'n'),
      node('Reshape', 'scale, channels', 'scales'),
      node('Reshape', 'bias, channels', 'biases'),
      node('Mul', 'n, scales', 'ns'),
      node('Add', 'ns, biases', 'y'),
    ],
    constants: [
      mean,
      variance,
      ints('axes', ...axes),
      ints('channels', ...channels),
      scalar('epsilon', 1e-3, 'float32'),
    ],
  };
}

describe('BatchNormalization with the statistics of the batch', () => {
  it('of pictures', () =>
    expectGradients(runtime, {
      ...writtenOut([0, 2, 3], [1, 3, 1, 1]),
      inputs: { x: [4, 3, 3, 2], scale: [3], bias: [3] },
      tolerance: 5e-3,
    }));

  it('of vectors', () =>
    expectGradients(runtime, {
      ...writtenOut([0], [1, 3]),
      inputs: { x: [8, 3], scale: [3], bias: [3] },
      tolerance: 5e-3,
    }));
});

it('BatchNormalization as in use, where its own weights do not learn', () =>
  expectGradients(runtime, {
    nodes: [batchNorm],
    inputs: { x: [2, 3, 3, 2] },
    constants: [
      mean,
      variance,
      Tensor.from('scale', 'float32', [3], [1.5, -0.5, 1]),
      Tensor.from('bias', 'float32', [3], [0.1, 0.2, 0.3]),
    ],
    step: 0.5,
  }));

it('BatchNormalization as in use, where its own weights learn', () =>
  expectGradients(runtime, {
    nodes: [batchNorm],
    inputs: { x: [2, 3, 3, 2], scale: [3], bias: [3] },
    constants: [mean, variance],
    batchNorm: 'frozen',
    step: 0.5,
  }));
