import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { noise } from '../../../../../test/passes/same-results.ts';
import { withSparseInitializers } from '../../../formats/onnx/sparse-storage.ts';
import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { tensorrt } from '../../../targets/gpus.ts';
import { x64 } from '../../../targets/processors.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { pruneOptions } from '../options.ts';
import { prunePass } from '../prune-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** A stem of three channels, two wider convolutions (one depthwise) and a matrix. */
function network(): Model {
  const net = new Network(6);
  const a = net.relu('ra', net.conv('a', net.input('x', [1, 3, 8, 8]), [3, 16]));
  const b = net.relu('rb', net.conv('b', a, [16, 16]));
  const d = net.relu('rd', net.conv('d', b, [16, 16], { group: 16 }));
  const c = net.relu('rc', net.conv('c', d, [16, 24]));
  const pooled = net.node('GlobalAveragePool', 'p', [c]);
  const flat = net.node('Flatten', 'f', [pooled]);
  net.output(net.gemm('y', flat, [24, 8]), [1, 8]);
  return net.model();
}

const feeds = (seed: number): Feeds => ({ x: noise([1, 3, 8, 8], seed) });
const seen = Array.from({ length: 24 }, (_, i) => feeds(i + 1));
const unseen = Array.from({ length: 16 }, (_, i) => feeds(i + 100));

async function pruned(options: Record<string, unknown>, hasData = true): ReturnType<typeof prunePass.apply> {
  const model = network();
  const context = passContext(runtime, { original: model, ...(hasData && { calibration: memoryData(seen) }) });
  return prunePass.apply(model, pruneOptions.parse(options), context);
}

async function decibelsOf(model: Model): Promise<number> {
  return outputDb(await runModel(runtime, network(), unseen), await runModel(runtime, model, unseen), 'y');
}

const shareOfZeros = (model: Model, name: string): number => {
  const values = Constants.of(model).tensor(name)!.toFloat32();
  return values.filter((value) => value === 0).length / values.length;
};

describe('the step prune with zeros', () => {
  it('loses far less by error than by magnitude at the same ratio', async () => {
    const ratio = 0.5;
    const byError = await pruned({ method: 'unstructured', ratio });
    const plain = await pruned({ method: 'unstructured', ratio, importance: 'magnitude', reconstruct: false });
    const wanda = await pruned({ method: 'unstructured', ratio, importance: 'wanda', reconstruct: false });
    for (const name of ['a.w', 'b.w', 'c.w', 'y.w']) expect(shareOfZeros(byError.model, name)).toBeCloseTo(ratio, 2);
    const [error, size, product] = [byError, plain, wanda].map(({ model }) => decibelsOf(model));
    expect(await error!).toBeGreaterThan(await size! + 3);
    expect(await product!).toBeGreaterThan(0);
  });

  it('leaves two of four neighbouring input channels, at every place of the kernel', async () => {
    const { model, layers, notes } = await pruned({ method: 'n:m' });
    expect(layers.map(({ name }) => name)).toEqual(['b', 'c', 'y']);
    expect(notes.find(({ node }) => node === 'a')?.message).toContain('3 input channels are no multiple of 4');
    expect(notes.find(({ node }) => node === 'd')?.message).toContain('depthwise');
    for (const name of ['b.w', 'c.w']) {
      const tensor = Constants.of(model).tensor(name)!;
      const [outputs = 0, inputs = 0] = tensor.dims;
      const values = tensor.toFloat32();
      for (let o = 0; o < outputs; o++) {
        for (let tap = 0; tap < 9; tap++) {
          for (let i = 0; i < inputs; i += 4) {
            const four = [0, 1, 2, 3].map((k) => values[(o * inputs + i + k) * 9 + tap]);
            expect(four.filter((value) => value !== 0).length).toBeLessThanOrEqual(2);
          }
        }
      }
    }
  });

  it('stores zeros sparse, for onnxruntime but not for TensorRT, and says what they gain', async () => {
    const options = pruneOptions.parse({ method: 'unstructured', ratio: 0.7 });
    const { model, notes } = await pruned(options, false);
    expect(notes.at(-1)?.message).toContain('nothing is faster');
    expect(prunePass.storesZeros!(options, x64)).toBe(true);
    expect(prunePass.storesZeros!(pruneOptions.parse({ ratio: 0.7 }), x64)).toBe(false);
    expect(prunePass.storesZeros!(options, tensorrt)).toBe(false);
    const sparse = withSparseInitializers(model);
    expect([...sparse.graph.sparseInitializers.keys()].sort()).toEqual(['a.w', 'b.w', 'c.w']);
    expect(validateModel(sparse)).toEqual([]);
    const original = network();
    const context = passContext(runtime, { original, target: tensorrt });
    const pattern = await prunePass.apply(original, pruneOptions.parse({ method: 'n:m' }), context);
    expect(pattern.notes.at(-1)?.message).toContain('sparse tensor cores');
  });

  it('keeps what the recipe keeps, and reaches a share of the parameters', async () => {
    const { model } = await pruned({
      method: 'block', block: [4, 1], target: { parameters: 0.4 }, layers: [{ match: 'b', keep: 'all' }],
    });
    expect(shareOfZeros(model, 'b.w')).toBe(0);
    let [zeros, all] = [0, 0];
    for (const name of ['a', 'b', 'c', 'd', 'y'].flatMap((layer) => [`${layer}.w`, `${layer}.b`])) {
      const values = Constants.of(model).tensor(name)!.toFloat32();
      zeros += values.filter((value) => value === 0).length;
      all += values.length;
    }
    expect(1 - zeros / all).toBeCloseTo(0.4, 1);
  });

  it('keeps weights whole that other nodes read as well', async () => {
    const net = new Network(2);
    const table = net.constant('table', [12, 12]);
    const h = net.node('MatMul', 'h', [net.input('x', [1, 12]), table]);
    net.output(net.node('MatMul', 'y', [net.relu('r', h), table]), [1, 12]);
    const original = net.model();
    const context = passContext(runtime, { original });
    const options = pruneOptions.parse({ method: 'unstructured', ratio: 0.5 });
    const { layers, notes } = await prunePass.apply(original, options, context);
    expect(layers).toEqual([]);
    expect(notes[0]?.message).toContain('its weights also serve');
  });
});

describe('options', () => {
  it.each([
    [{ method: 'n:m', ratio: 0.5 }, 'leave out "ratio"'],
    [{ method: 'n:m', pattern: '4:2' }, 'Fewer weights must stay'],
    [{ method: 'unstructured' }, 'Give one of "ratio"'],
    [{ method: 'unstructured', target: { macs: 0.5 } }, 'Zeros save no multiplications'],
    [{ ratio: 0.5, pattern: '2:4' }, '"pattern" goes with'],
    [{ ratio: 0.5, importance: 'wanda' }, 'importance is one of'],
  ])('%j is refused', (options, message) => {
    const result = pruneOptions.safeParse(options);
    expect(result.success ? '' : result.error.issues.map((issue) => issue.message).join(' ')).toContain(message);
  });
});
