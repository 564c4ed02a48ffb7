import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { attr } from '../../server/engine/model/attribute.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo } from '../../server/engine/model/types.ts';
import { Runtime } from '../../server/engine/runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../server/engine/tensor/tensor-value.ts';
import { Random } from '../../server/engine/util/random.ts';
import { Network } from '../passes/network.ts';
import { expectAlongDirections } from './along-directions.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const [batch, length, width, heads, vocabulary] = [2, 6, 16, 4, 30] as const;

function tokens(name: string, dims: readonly number[], bound: number): Feeds {
  const random = new Random(4);
  const size = dims.reduce((a, b) => a * b, 1);
  const ids = BigInt64Array.from({ length: size }, () => BigInt(random.below(bound)));
  return { [name]: tensorValue('int64', dims, ids) };
}

/** A transformer encoder as exporters write it: heads by Reshape and Transpose, a classifier on the mean. */
function encoder(): Network {
  const net = new Network(8);
  const ints = (name: string, ...list: readonly number[]): string => {
    net.constants.push(Tensor.from(name, 'int64', [list.length], list));
    return name;
  };
  const linear = (name: string, from: string, [rows, columns]: readonly [number, number]): string => {
    const product = net.node('MatMul', `${name}.p`, [from, net.constant(`${name}.w`, [rows, columns], 0.3)]);
    return net.node('Add', name, [product, net.constant(`${name}.b`, [columns], 0.1)]);
  };
  const normalized = (name: string, from: string): string => {
    const scale = net.constant(`${name}.w`, [width], 0.2, 1);
    return net.node('LayerNormalization', name, [from, scale, net.constant(`${name}.b`, [width], 0.2)]);
  };
  const split = ints('split', batch, length, heads, width / heads);
  const merged = ints('merged', batch, length, width);
  const headed = (name: string, from: string, perm: readonly number[]): string =>
    net.node('Transpose', name, [net.node('Reshape', `${name}.r`, [from, split])], { perm: attr.ints(perm) });
  net.constants.push(Tensor.from('root', 'float32', [], [Math.sqrt(width / heads)]));

  let x = net.node('Gather', 'embedded', [net.constant('table', [vocabulary, width], 0.7), 'ids']);
  x = net.node('Add', 'placed', [x, net.constant('places', [1, length, width], 0.3)]);
  for (const block of ['a', 'b']) {
    const h = normalized(`${block}.n1`, x);
    const q = headed(`${block}.q`, linear(`${block}.lq`, h, [width, width]), [0, 2, 1, 3]);
    const k = headed(`${block}.k`, linear(`${block}.lk`, h, [width, width]), [0, 2, 3, 1]);
    const v = headed(`${block}.v`, linear(`${block}.lv`, h, [width, width]), [0, 2, 1, 3]);
    const scores = net.node('Div', `${block}.scores`, [net.node('MatMul', `${block}.qk`, [q, k]), 'root']);
    const attention = net.node('Softmax', `${block}.attention`, [scores], { axis: attr.int(-1) });
    const mixed = net.node('Transpose', `${block}.back`, [net.node('MatMul', `${block}.av`, [attention, v])], {
      perm: attr.ints([0, 2, 1, 3]),
    });
    const projected = linear(`${block}.lo`, net.node('Reshape', `${block}.merged`, [mixed, merged]), [width, width]);
    x = net.node('Add', `${block}.r1`, [x, projected]);
    const wide = net.node('Gelu', `${block}.g`, [linear(`${block}.f1`, normalized(`${block}.n2`, x), [width, 32])]);
    x = net.node('Add', `${block}.r2`, [x, linear(`${block}.f2`, wide, [32, width])]);
  }
  const mean = net.node('ReduceMean', 'mean', [normalized('last', x), ints('one', 1)], { keepdims: attr.int(0) });
  net.gemm('y', mean, [width, 5]);
  net.output('y', [batch, 5]);
  return net;
}

describe('gradients of whole networks', () => {
  it('a transformer encoder', async () => {
    const model = encoder().model(20);
    model.graph.inputs.push(tensorInfo('ids', 'int64', [batch, length]));
    const checked = await expectAlongDirections(runtime, {
      model,
      feeds: tokens('ids', [batch, length], vocabulary),
      values: ['y'],
    });
    expect(checked).toBe(1 + 2 * 16 + 2 + 2);
  });
});

const kit = process.env['LATHE_KIT'];

describe.skipIf(kit === undefined)('gradients of the kit\'s networks (LATHE_KIT)', () => {
  it('stories260K: a decoder with rotary embeddings, causal mask and Silu', async () => {
    const checked = await expectAlongDirections(runtime, {
      model: readModel(join(kit!, 'models', 'stories260K.onnx')),
      shapes: { input_ids: [1, 12] },
      feeds: tokens('input_ids', [1, 12], 512),
      values: ['logits'],
      weights: 12,
    });
    expect(checked).toBeGreaterThanOrEqual(12);
  });

  it('yolox_nano: depthwise convolutions, Silu, spatial pyramid pooling, upsampling', async () => {
    const random = new Random(2);
    const model = readModel(join(kit!, 'models', 'yolox_nano.onnx'));
    const picture = Float32Array.from({ length: 3 * 416 * 416 }, () => 255 * random.next());
    const checked = await expectAlongDirections(runtime, {
      model,
      feeds: { images: tensorValue('float32', [1, 3, 416, 416], picture) },
      values: ['input.583'],
      weights: 8,
    });
    expect(checked).toBeGreaterThanOrEqual(8);
  });
});
