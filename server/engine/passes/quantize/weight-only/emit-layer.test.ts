import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { outputDb, runModel } from '../../../../../test/passes/pass-context.ts';
import { readModel } from '../../../formats/onnx/read.ts';
import { attr } from '../../../model/attribute.ts';
import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import { validateModel } from '../../../model/validate.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { dequantize, type WeightBits } from './block-weights.ts';
import { emitLayer, hasKernel, type LayerForm } from './emit-layer.ts';
import { roundToNearest } from './round-to-nearest.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { findWeightLayers, matrixOf, tensorOf } from './weight-layers.ts';

let runtime: Runtime;
let folder: string;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'weight-only-test-'));
});

afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const columns = [16, 32, 64, 70, 172];

/** Matrices of several widths, most of which no block divides, a table and what reads it. */
function products(): Model {
  const net = new Network(2);
  net.input('ids', [2, 3]);
  net.constant('table', [40, columns[0]!]);
  net.node('Cast', 'indices', ['ids'], { to: attr.int(7) });
  let value = net.node('Gather', 'rows', ['table', 'indices']);
  for (let i = 0; i + 1 < columns.length; i++) {
    net.constant(`w${i}`, [columns[i]!, columns[i + 1]!], 0.2);
    value = net.node('MatMul', `m${i}`, [value, `w${i}`]);
  }
  net.node('Flatten', 'flat', [value], { axis: attr.int(2) });
  net.gemm('y', 'flat', [172, 8]);
  net.output('y', [6, 8]);
  return net.model();
}

function productFeeds(): Feeds[] {
  const ids = Float32Array.from({ length: 6 }, (_, i) => (i * 7) % 24);
  return [{ ids: tensorValue('float32', [2, 3], ids) }];
}

/** Convolutions, one of them with an odd kernel volume, one in groups, and a transposed one. */
function convolutions(): Model {
  const net = new Network(5);
  net.input('x', [1, 3, 9, 9]);
  net.conv('a', 'x', [3, 20]);
  net.conv('b', net.relu('r', 'a'), [20, 16], { kernel: [1, 1], pad: 0 });
  net.conv('c', 'b', [16, 32], { group: 2 });
  net.constant('up.w', [32, 4, 2, 2], 0.2);
  net.node('ConvTranspose', 'y', ['c', 'up.w'], { strides: attr.ints([2, 2]) });
  net.output('y', [1, 4, 18, 18]);
  return net.model();
}

interface Case {
  readonly bits: WeightBits;
  readonly zeroPoints: boolean;
  readonly blockSize: number;
  readonly form: LayerForm;
}

/** Both models, of the same rounded weights: as codes, and as float weights that this test puts in their place. */
function rounded(model: Model, which: Case): { readonly coded: Model; readonly float: Model } {
  const { bits, zeroPoints, blockSize, form } = which;
  const coded = model.clone();
  const float = model.clone();
  const editor = new GraphEditor(coded);
  const plain = new GraphEditor(float);
  const stored = new StoredBlocks(editor);
  for (const layer of findWeightLayers(coded.graph, Constants.of(coded))) {
    const weights = roundToNearest(matrixOf(layer), { bits, zeroPoints, blockSize }, false);
    plain.replaceConstant(layer.weight.name, tensorOf(layer, dequantize(weights)));
    emitLayer(layer, weights, form, { editor, stored, quantizesInputs: false });
  }
  editor.finish();
  plain.finish();
  return { coded, float };
}

async function expectSame(model: Model, feeds: readonly Feeds[], which: Case): Promise<Model> {
  const { coded, float } = rounded(model, which);
  expect(validateModel(coded).filter(({ severity }) => severity === 'error')).toEqual([]);
  const wanted = await runModel(runtime, float, feeds);
  const got = await runModel(runtime, coded, feeds);
  expect(got[0]!['y']!.dims).toEqual(wanted[0]!['y']!.dims);
  expect(outputDb(wanted, got, 'y'), JSON.stringify(which)).toBeGreaterThan(100);
  return coded;
}

const widths = [2, 3, 4, 8] as const;

describe('weights in few bits, in onnxruntime', () => {
  it.each(widths)('products and tables of %i bits give what the weights that they stand for give', async (bits) => {
    for (const form of ['packed', 'unpacked'] as const) {
      for (const zeroPoints of [true, false]) {
        for (const blockSize of [16, 32, 128]) {
          const coded = await expectSame(products(), productFeeds(), { bits, zeroPoints, blockSize, form });
          const kernels = coded.graph.nodes.filter(({ domain }) => domain === 'com.microsoft').map((n) => n.opType);
          const all = ['GatherBlockQuantized', ...columns.map(() => 'MatMulNBits')];
          expect(kernels).toEqual(form === 'packed' && bits !== 3 ? all : []);
        }
      }
    }
  });

  it.each(widths)('convolutions of %i bits are made when the model is loaded', async (bits) => {
    const model = convolutions();
    const feeds = [randomFeeds(model, new Random(1))];
    for (const zeroPoints of [true, false]) {
      for (const blockSize of [24, 32]) {
        await expectSame(model, feeds, { bits, zeroPoints, blockSize, form: 'unpacked' });
      }
    }
  });

  it.each([4, 8] as const)('are standard DequantizeLinear nodes of %i bits where asked for', async (bits) => {
    for (const zeroPoints of [true, false]) {
      const which: Case = { bits, zeroPoints, blockSize: 32, form: 'dequantize' };
      const coded = await expectSame(liftOpset(products(), 21), productFeeds(), which);
      expect(coded.graph.nodes.filter((node) => node.is('DequantizeLinear'))).toHaveLength(columns.length + 1);
      const pictures = liftOpset(convolutions(), 21);
      await expectSame(pictures, [randomFeeds(pictures, new Random(1))], which);
    }
  });

  it('leaves nothing to unpack to each run', async () => {
    const { coded } = rounded(products(), { bits: 3, zeroPoints: true, blockSize: 32, form: 'unpacked' });
    const path = join(folder, 'optimized.onnx');
    await (await runtime.load(coded, { optimizedModelPath: path, optimization: 'basic' })).release();
    const left = readModel(path).graph.nodes.map(({ opType }) => opType);
    expect(left).toContain('MatMul');
    expect(left.filter((opType) => ['Mul', 'Sub', 'Transpose', 'Slice'].includes(opType))).toEqual([]);
  });

  it('stores the codes of tied weights once', () => {
    const net = new Network(4);
    net.input('ids', [1, 4]);
    net.constant('table', [40, 32]);
    net.node('Cast', 'indices', ['ids'], { to: attr.int(7) });
    net.node('Gather', 'rows', ['table', 'indices']);
    net.constant('head', [32, 40]);
    net.node('MatMul', 'y', ['rows', 'head']);
    net.output('y', [1, 4, 40]);
    const model = net.model();
    const editor = new GraphEditor(model);
    const stored = new StoredBlocks(editor);
    const layers = findWeightLayers(model.graph, Constants.of(model));
    const grid = { bits: 4, zeroPoints: true, blockSize: 32 } as const;
    const weights = roundToNearest(matrixOf(layers[0]!), grid, false);
    for (const layer of layers) {
      expect(hasKernel(layer, weights)).toBe(true);
      emitLayer(layer, weights, 'packed', { editor, stored, quantizesInputs: false });
    }
    editor.finish();
    const bytes = [...model.graph.initializers.values()].filter(({ dtype }) => dtype === 'uint8');
    expect(bytes.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(40 * 32 / 2 + 40);
  });
});
