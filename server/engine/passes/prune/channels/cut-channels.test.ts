import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { maskedModel, someChannels } from '../../../../../test/passes/masked-channels.ts';
import { differences, noise, run } from '../../../../../test/passes/same-results.ts';
import { readModel } from '../../../formats/onnx/read.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { foldModel } from '../../fold/fold-model.ts';
import { cutChannels } from './cut-channels.ts';
import { channelGroups } from './groups.ts';
import { trackChannels } from './track-channels.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const kit = process.env['LATHE_KIT'];

async function expectCutEqualsMasked(model: Model, feeds: Feeds, ratio: number, tolerance = 1e-5): Promise<void> {
  const tracker = trackChannels(model);
  const removed = someChannels(channelGroups(tracker), ratio);
  expect(removed.size).toBeGreaterThan(0);
  const cut = cutChannels(tracker, removed);
  expect(validateModel(cut)).toEqual([]);
  const expected = await run(runtime, maskedModel(tracker, removed), feeds);
  const actual = await run(runtime, cut, feeds);
  expect(differences(expected, actual)).toBeLessThanOrEqual(tolerance);
}

const tokens = (length: number, range: number, dtype: 'int32' | 'int64'): Feeds[string] => {
  const ids = Array.from({ length }, (_, i) => (i * 7919 + 13) % range);
  return tensorValue(dtype, [1, length], dtype === 'int32' ? Int32Array.from(ids) : BigInt64Array.from(ids, BigInt));
};

/** Not magika: all of its channels are normalized together, so none can go without changing the others. */
const kitModels = ['squeezenet1.1_fp32', 'cifar10_resnet20_jpegft', 'mnist', 'yolox_nano', 'ch_PP-OCRv4_det_infer',
  'ch_PP-OCRv4_rec_infer', 'stories260K'];

/** Without a last Sigmoid or Softmax, which hides differences in some values and magnifies them in others. */
function withoutLastActivation(model: Model): Model {
  const copy = model.clone();
  const [output] = copy.graph.outputs;
  const last = copy.graph.nodes.find((node) => node.outputs[0] === output!.name);
  if (last?.is('Sigmoid', 'Softmax')) copy.graph.outputs = [{ name: last.inputs[0]! }];
  return copy;
}

/** Random feeds that fit the declared inputs; open axes get `open`. */
function feedsFor(model: Model, open: number): Feeds {
  return Object.fromEntries(model.graph.feeds().map(({ name, type }) => {
    if (type?.kind !== 'tensor') throw new Error(name);
    const dims = (type.shape ?? []).map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? 1 : open));
    if (type.dtype === 'int64' || type.dtype === 'int32') {
      const value = tokens(dims.reduce((a, b) => a * b, 1), 200, type.dtype);
      return [name, { ...value, dims }];
    }
    return [name, noise(dims)];
  }));
}

describe('small networks', () => {
  const inputs = (network: Network): Feeds => randomFeeds(network.model(), new Random(3));

  it('residual branches share their channels', async () => {
    const net = new Network();
    const stem = net.relu('r0', net.conv('c0', net.input('x', [1, 3, 8, 8]), [3, 8]));
    const branch = net.conv('c2', net.relu('r1', net.conv('c1', stem, [8, 12])), [12, 8]);
    const sum = net.node('Add', 'sum', [stem, branch]);
    net.output(net.conv('head', sum, [8, 5]), [1, 5, 8, 8]);
    const groups = channelGroups(trackChannels(net.model()));
    const shown = groups.map(({ channels, produced }) => [channels.length, produced.map(({ node }) => node.name)]);
    expect(shown).toEqual([
      [8, ['c0', 'c2']],
      [12, ['c1']],
    ]);
    await expectCutEqualsMasked(net.model(), inputs(net), 0.5);
  });

  it('concatenation, slices and splits keep their offsets', async () => {
    const net = new Network();
    const x = net.input('x', [1, 3, 6, 6]);
    const parts = [net.conv('a', x, [3, 6]), net.conv('b', x, [3, 10])];
    const axis = attr.int(1);
    const joined = net.node('Concat', 'cat', parts, { axis });
    net.constants.push(Tensor.from('sizes', 'int64', [2], [7, 9]));
    net.nodes.push({ opType: 'Split', inputs: [joined, 'sizes'], outputs: ['p', 'q'], attributes: { axis } });
    const first = net.conv('c', 'p', [7, 4]);
    const second = net.conv('d', 'q', [9, 4]);
    net.output(net.node('Add', 'y', [first, second]), [1, 4, 6, 6]);
    await expectCutEqualsMasked(net.model(), inputs(net), 0.5);
  });

  it('depthwise and grouped convolutions', async () => {
    const net = new Network();
    const a = net.conv('a', net.input('x', [1, 3, 6, 6]), [3, 8]);
    const depthwise = net.conv('dw', net.relu('ra', a), [8, 16], { group: 8 });
    const grouped = net.conv('g', net.clip6('rd', depthwise), [16, 8], { group: 4 });
    net.output(net.conv('y', grouped, [8, 3]), [1, 3, 6, 6]);
    await expectCutEqualsMasked(net.model(), inputs(net), 0.5);
  });

  it('flattened pictures, transposes and shapes that count channels', async () => {
    const net = new Network();
    const a = net.relu('ra', net.conv('a', net.input('x', [1, 3, 4, 4]), [3, 6]));
    const turned = net.node('Transpose', 't', [a], { perm: attr.ints([0, 2, 3, 1]) });
    net.constants.push(Tensor.from('flat', 'int64', [2], [1, 96]));
    const flat = net.node('Reshape', 'f', [turned, 'flat']);
    net.output(net.gemm('y', net.relu('rg', net.gemm('g', flat, [96, 10])), [10, 4]), [1, 4]);
    await expectCutEqualsMasked(net.model(), inputs(net), 0.5);
  });

  it('attention loses whole heads', async () => {
    const net = new Network();
    const x = net.input('x', [1, 5, 12]);
    const shape = Tensor.from('heads', 'int64', [4], [1, 5, 4, 6]);
    const back = Tensor.from('joined', 'int64', [3], [1, 5, 24]);
    net.constants.push(shape, back);
    const [q, k, v] = ['q', 'k', 'v'].map((name) => {
      const projected = net.node('MatMul', name, [x, net.constant(`${name}.w`, [12, 24], 0.3)]);
      const split = net.node('Reshape', `${name}.heads`, [projected, 'heads']);
      const order = name === 'k' ? [0, 2, 3, 1] : [0, 2, 1, 3];
      return net.node('Transpose', `${name}.t`, [split], { perm: attr.ints(order) });
    });
    const scores = net.node('Softmax', 'p', [net.node('MatMul', 's', [q!, k!])], { axis: attr.int(-1) });
    const order = attr.ints([0, 2, 1, 3]);
    const mixed = net.node('Transpose', 'o.t', [net.node('MatMul', 'o', [scores, v!])], { perm: order });
    const merged = net.node('Reshape', 'o.joined', [mixed, 'joined']);
    net.output(net.node('MatMul', 'y', [merged, net.constant('y.w', [24, 12], 0.3)]), [1, 5, 12]);
    const [heads] = channelGroups(trackChannels(net.model()));
    expect(heads!.channels).toHaveLength(4);
    expect(heads!.produced.map(({ node }) => node.name).sort()).toEqual(['k', 'q', 'v']);
    await expectCutEqualsMasked(net.model(), inputs(net), 0.5);
  });

  it('what is normalized over its channels, and what leaves the model, stays', () => {
    const net = new Network();
    const x = net.input('x', [2, 8]);
    const hidden = net.gemm('h', x, [8, 16]);
    const normal = net.node('LayerNormalization', 'n', [hidden, net.constant('n.s', [16])]);
    net.output(net.gemm('y', normal, [16, 4]), [2, 4]);
    expect(channelGroups(trackChannels(net.model()))).toEqual([]);
  });
});

describe.skipIf(kit === undefined || !existsSync(kit))('on the kit (LATHE_KIT)', () => {
  it.each(kitModels)('cuts %s like a mask', async (name) => {
    const model = withoutLastActivation(foldModel(readModel(join(kit!, 'models', `${name}.onnx`))).model);
    for (const ratio of [0.1, 0.4, 0.7]) await expectCutEqualsMasked(model, feedsFor(model, 64), ratio, 2e-4);
  }, 120_000);
});
