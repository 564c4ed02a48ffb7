import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { differences, noise, run } from '../../../../../test/passes/same-results.ts';
import { summarize } from '../../../analysis/cost.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { pruneOptions } from '../options.ts';
import { prunePass } from '../prune-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const random = new Random(8);
const normal = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal());

/** Makes the constant `name` a sum of `rank` products of `left` [length, rank] and `right` [rank, rest]. */
function ofRank(model: Model, name: string, rank: number, isSpace: boolean): void {
  const tensor = model.graph.initializers.get(name)!;
  const [outputs = 1, inputs = 1, height = 1, width = 1] = tensor.dims;
  const left = normal(rank * outputs * (isSpace ? width : 1));
  const right = normal(rank * inputs * height * (isSpace ? 1 : width));
  const values = new Float32Array(tensor.size);
  for (let at = 0; at < values.length; at++) {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const i = Math.floor(at / (width * height)) % inputs;
    const o = Math.floor(at / (width * height * inputs));
    for (let r = 0; r < rank; r++) {
      const a = isSpace ? left[(o * width + x) * rank + r]! : left[o * rank + r]!;
      const b = isSpace ? right[(i * height + y) * rank + r]! : right[((i * height + y) * width + x) * rank + r]!;
      values[at]! += (a * b) / (rank * inputs);
    }
  }
  model.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', tensor.dims, values));
}

const feeds = (seed: number): Feeds => ({ x: noise([1, 12, 9, 11], seed) });

function convolution(fields: { strides?: number[]; dilations?: number[]; kernel?: number[] }): Network {
  const net = new Network(3);
  const a = net.conv('a', net.input('x', [1, 12, 9, 11]), [12, 24], { pad: 1, ...fields });
  net.output(net.node('GlobalAveragePool', 'y', [net.relu('r', a)]), [1, 24, 1, 1]);
  return net;
}

async function taken(model: Model, options: Record<string, unknown>, data?: readonly Feeds[]) {
  const context = passContext(runtime, { original: model, ...(data && { calibration: memoryData(data) }) });
  return prunePass.apply(model, pruneOptions.parse({ method: 'low-rank', ...options }), context);
}

describe('the step prune with low rank', () => {
  it.each([
    ['channels', {}],
    ['channels', { strides: [2, 1], dilations: [1, 2] }],
    ['space', {}],
    ['space', { strides: [1, 2] }],
    ['space', { kernel: [5, 3], dilations: [2, 1] }],
  ] as const)('takes apart exactly what is of low rank over %s: %j', async (split, fields) => {
    const net = convolution(structuredClone(fields) as Parameters<typeof convolution>[0]);
    const model = net.model();
    ofRank(model, 'a.w', 4, split === 'space');
    const { model: thin, layers } = await taken(model, { maxError: 1e-6 });
    expect(layers[0]?.reason).toContain(split === 'space' ? 'over rows and columns' : 'of its channels');
    expect(validateModel(thin)).toEqual([]);
    expect(thin.graph.nodes.filter((node) => node.is('Conv'))).toHaveLength(2);
    expect(differences(await run(runtime, model, feeds(1)), await run(runtime, thin, feeds(1)))).toBeLessThan(1e-4);
    expect(summarize(thin).macs!).toBeLessThan(0.85 * summarize(model).macs!);
  });

  it.each(['Gemm', 'MatMul'] as const)('takes a %s apart, as its inputs need it', async (opType) => {
    const net = new Network(4);
    const x = net.input('x', [1, 40]);
    // The inputs move in six directions only: then six ranks give the outputs, whatever the weights are.
    const few = net.node('MatMul', 'few', [net.node('MatMul', 'down', [x, net.constant('d', [40, 6])]),
      net.constant('up', [6, 40], 0.1)]);
    const last = opType === 'Gemm'
      ? net.gemm('y', few, [40, 48])
      : net.node('MatMul', 'y', [few, net.constant('y.w', [40, 48])]);
    net.output(last, [1, 48]);
    const model = net.model();
    const data = Array.from({ length: 80 }, (_, i): Feeds => ({ x: noise([1, 40], i + 1) }));
    const layers = [{ match: '{down,few}', keep: 'all' }];
    const blind = await taken(model, { maxError: 0.001, layers });
    expect(blind.layers).toEqual([]);
    const { model: thin, layers: done } = await taken(model, { maxError: 0.001, layers, reconstruct: false }, data);
    expect(done.map(({ name }) => name)).toEqual(['y']);
    const unseen = Array.from({ length: 10 }, (_, i): Feeds => ({ x: noise([1, 40], i + 500) }));
    const decibels = outputDb(await runModel(runtime, model, unseen), await runModel(runtime, thin, unseen), 'y');
    expect(decibels).toBeGreaterThan(opType === 'Gemm' ? 28 : 40);
  });

  it('reaches a share of the multiply-accumulates, and fitting makes up for some of it', async () => {
    const net = new Network(9);
    const a = net.relu('ra', net.conv('a', net.input('x', [1, 12, 9, 11]), [12, 24]));
    const b = net.relu('rb', net.conv('b', a, [24, 24]));
    net.output(net.conv('y', b, [24, 8]), [1, 8, 9, 11]);
    const model = net.model();
    const data = Array.from({ length: 12 }, (_, i) => feeds(i + 1));
    const unseen = Array.from({ length: 6 }, (_, i) => feeds(i + 50));
    const [plain, fitted] = [
      await taken(model, { target: { macs: 0.6 }, reconstruct: false }, data),
      await taken(model, { target: { macs: 0.6 } }, data),
    ];
    expect(summarize(fitted.model).macs! / summarize(model).macs!).toBeLessThanOrEqual(0.6);
    const whole = await runModel(runtime, model, unseen);
    const decibels = async (thin: Model) => outputDb(whole, await runModel(runtime, thin, unseen), 'y');
    expect(await decibels(fitted.model)).toBeGreaterThan(await decibels(plain.model) + 0.2);
  });
});
