import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { readModel } from '../../../formats/onnx/read.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { tensorInfo } from '../../../model/types.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64 } from '../../../targets/processors.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { quantizeOptions, type QuantizeOptions } from '../options.ts';
import { resolveSettings } from '../settings.ts';
import { WeightStore } from '../weight-store.ts';
import type { Candidate } from '../candidates.ts';
import { calibrate } from './calibrate.ts';
import { planQuantization } from './plan.ts';
import { quantizeStatic } from './quantize-static.ts';

let runtime: Runtime;
let folder: string;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'emit-test-'));
});

afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

function samplesOf(model: Model, count = 8): Feeds[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => randomFeeds(model, random));
}

async function quantize(model: Model, changes: Partial<QuantizeOptions> = {}): Promise<Candidate> {
  const settings = resolveSettings({ ...quantizeOptions.parse({}), ...changes }, x64);
  const plan = planQuantization(model.clone(), (node) => settings.mode(node) === 'int8');
  const calibration = await calibrate(model, plan, memoryData(samplesOf(model)), passContext(runtime));
  return quantizeStatic({ prepared: model, calibration, settings, method: 'mse',
    curves: new Map(),
    rounding: 'feedback',
    biasShifts: new Map(), weights: new WeightStore() });
}

/** How often each operator occurs in what onnxruntime makes of the model. */
async function optimizedOperators(model: Model): Promise<Record<string, number>> {
  const path = join(folder, 'optimized.onnx');
  const session = await runtime.load(model, { optimizedModelPath: path, optimization: 'extended' });
  await session.release();
  const counts: Record<string, number> = {};
  for (const { opType } of readModel(path).graph.nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

async function expectNear(model: Model, quantized: Model, leastDb = 25): Promise<void> {
  expect(validateModel(quantized).filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(quantized.graph.outputs).toEqual(model.graph.outputs);
  const runs = samplesOf(model);
  const wanted = await runModel(runtime, model, runs);
  const got = await runModel(runtime, quantized, runs);
  for (const { name } of model.graph.outputs) {
    expect(got[0]![name]!.dims).toEqual(wanted[0]![name]!.dims);
    expect(outputDb(wanted, got, name), name).toBeGreaterThan(leastDb);
  }
}

/** Convolutions of every kind, an addition, a joining, pools and a classifier; `mid` leaves the graph in the middle. */
function classifier(): Model {
  const net = new Network(3);
  net.input('x', [1, 3, 16, 16]);
  net.relu('r1', net.conv('c1', 'x', [3, 8]));
  net.clip6('d1c', net.conv('d1', 'r1', [8, 8], { group: 8 }));
  net.conv('p1', 'd1c', [8, 8], { kernel: [1, 1], pad: 0, bias: false });
  net.relu('mid', net.node('Add', 'sum', ['p1', 'r1']));
  net.maxPool('pool', 'mid');
  net.relu('left', net.conv('c2', 'pool', [8, 8]));
  net.relu('right', net.conv('c3', 'pool', [8, 4], { kernel: [1, 1], pad: 0 }));
  net.node('Concat', 'joined', ['left', 'right'], { axis: attr.int(1) });
  net.relu('r4', net.conv('c4', 'joined', [12, 16], { group: 2, strides: [2, 2] }));
  net.node('GlobalAveragePool', 'mean', ['r4']);
  net.node('Flatten', 'flat', ['mean']);
  net.gemm('y', 'flat', [16, 5]);
  net.output('y', [1, 5]);
  net.output('mid', [1, 8, 16, 16]);
  return net.model();
}

describe('a convolutional network', () => {
  it('becomes integer kernels with conversions only where values enter and leave', async () => {
    const model = classifier();
    const { model: quantized, layers } = await quantize(model);
    await expectNear(model, quantized);
    expect(layers.map(({ name, action }) => `${name} ${action}`)).toEqual(
      ['c1', 'd1', 'p1', 'c2', 'c3', 'c4', 'y'].map((name) => `${name} int8`),
    );
    const counts = await optimizedOperators(quantized);
    expect(counts).toMatchObject({ QLinearConv: 6, QGemm: 1, QLinearAdd: 1, QLinearConcat: 1, MaxPool: 1 });
    const float = ['Conv', 'FusedConv', 'Gemm', 'Add', 'Concat', 'Relu', 'Clip'];
    expect(Object.keys(counts).filter((opType) => float.includes(opType))).toEqual([]);
    // The input is quantized once; `mid` is dequantized for whoever reads it.
    expect(counts['QuantizeLinear']).toBe(1);
    expect(counts['DequantizeLinear']).toBe(1);
  });

  it('stores every weight as int8', async () => {
    const { model: quantized } = await quantize(classifier());
    const floats = [...quantized.graph.initializers.values()].filter(({ dtype }) => dtype === 'float32');
    // Scales only: the largest has one entry for each of 16 channels.
    expect(Math.max(...floats.map(({ size }) => size))).toBe(16);
  });

  it('stores weights as int4 that the same integer kernels compute with', async () => {
    const model = classifier();
    model.opsetImports.set('', 21);
    const wide = await quantize(model);
    const { model: quantized, layers } = await quantize(model, { weights: 'int4' });
    await expectNear(model, quantized, 10);
    expect(new Set(layers.map(({ action }) => action))).toEqual(new Set(['int4']));
    const bytes = (m: Model, type: string): number =>
      [...m.graph.initializers.values()].reduce((sum, t) => sum + (t.dtype === type ? t.byteLength : 0), 0);
    const weights = [...model.graph.initializers.values()].filter(({ dims }) => dims.length > 1);
    expect(bytes(quantized, 'int4')).toBe(weights.reduce((sum, { size }) => sum + size / 2, 0));
    const counts = await optimizedOperators(quantized);
    expect(counts).toMatchObject({ QLinearConv: 6, QGemm: 1, QLinearAdd: 1, QLinearConcat: 1, MaxPool: 1 });
    expect(counts['Cast']).toBeUndefined();
    const runs = samplesOf(model);
    const [wanted, four, eight] = [
      await runModel(runtime, model, runs),
      await runModel(runtime, quantized, runs),
      await runModel(runtime, wide.model, runs),
    ];
    expect(outputDb(wanted, eight, 'y')).toBeGreaterThan(outputDb(wanted, four, 'y'));
  });

  it('computes with signed and with 16-bit activations, the wider the nearer', async () => {
    const model = classifier();
    const signed = await quantize(model, { activations: 'int8' });
    await expectNear(model, signed.model);
    model.opsetImports.set('', 21);
    model.irVersion = 10;
    await expectNear(model, (await quantize(model, { activations: 'uint16' })).model, 35);
  });

  it('gives single layers wider activations, with conversions where others follow', async () => {
    const model = classifier();
    model.opsetImports.set('', 21);
    model.irVersion = 10;
    const { model: quantized } = await quantize(model, { layers: [{ match: '{c2,c3}', activations: 'uint16' }] });
    await expectNear(model, quantized);
    const { nodes, initializers } = quantized.graph;
    const typeAt = (value: string | undefined): string | undefined => {
      const pair = nodes.find((node) => node.opType === 'DequantizeLinear' && node.outputs[0] === value);
      return initializers.get(pair?.input(2) ?? '')?.dtype;
    };
    const layer = (label: string): Node =>
      nodes.find((node) => node.is('Conv') && node.input(1)?.startsWith(`${label}.w`) === true)!;
    expect(['c1', 'c2', 'c3', 'c4'].map((label) => typeAt(layer(label).input(0)))).toEqual([
      'uint8', 'uint16', 'uint16', 'uint8',
    ]);
    // What a layer makes is rounded to its own type first.
    const behind = (label: string): string | undefined => {
      const [use] = nodes.filter((node) => node.inputs.includes(layer(label).outputs[0]!));
      return initializers.get(use?.input(2) ?? '')?.dtype;
    };
    expect([behind('c1'), behind('c2')]).toEqual(['uint8', 'uint16']);
  });

  it('keeps the layers of a recipe float, or only their activations', async () => {
    const model = classifier();
    const { model: quantized, layers } = await quantize(model, {
      layers: [{ match: 'c2', keep: 'float' }, { match: 'c4', activations: 'float' }],
    });
    await expectNear(model, quantized);
    const actions = Object.fromEntries(layers.map(({ name, action }) => [name, action]));
    expect(actions).toMatchObject({ c1: 'int8', c2: 'float', c3: 'int8', c4: 'int8 weights', y: 'int8' });
    const { initializers } = quantized.graph;
    expect(initializers.get('c2.w')?.dtype).toBe('float32');
    expect(initializers.get('c4.w_q')?.dtype).toBe('int8');
    const counts = await optimizedOperators(quantized);
    expect(counts['QLinearConv']).toBe(4);
  });

  it('takes weights listed as inputs, as IR 3 files have them, and drops the listings', async () => {
    const model = classifier();
    model.irVersion = 3;
    model.opsetImports.set('', 13);
    for (const [name, { dims }] of model.graph.initializers) model.graph.inputs.push(tensorInfo(name, 'float32', dims));
    const { model: quantized } = await quantize(model);
    await expectNear(model, quantized);
    expect(quantized.graph.inputs.map(({ name }) => name)).not.toContain('c1.w');
  });
});

describe('single places', () => {
  it('leaves what else reads a graph input, and a weight shared by two layers is stored once', async () => {
    const net = new Network(5);
    net.input('x', [1, 4, 8, 8]);
    net.conv('a', 'x', [4, 4]);
    net.conv('b', 'a', [4, 4], { weight: 'a.w' });
    net.node('Sin', 'sine', ['x']);
    net.output('b', [1, 4, 8, 8]);
    net.output('sine', [1, 4, 8, 8]);
    const model = net.model();
    const { model: quantized } = await quantize(model);
    await expectNear(model, quantized);
    expect(quantized.graph.nodes.find(({ opType }) => opType === 'Sin')!.inputs).toEqual(['x']);
    const codes = [...quantized.graph.initializers.values()].filter((t) => t.dtype === 'int8' && t.size === 144);
    expect(codes.length).toBe(1);
  });

  it('enlarges the weight scale where a bias would overflow int32', async () => {
    const net = new Network(6);
    net.input('x', [1, 2, 4, 4]);
    net.constant('c.w', [2, 2, 1, 1], 1e-8);
    net.conv('c', 'x', [2, 2], { kernel: [1, 1], pad: 0, weight: 'c.w', bias: false });
    net.nodes[0] = { ...net.nodes[0]!, inputs: ['x', 'c.w', 'c.b'] };
    net.constants.push(Tensor.from('c.b', 'float32', [2], [1000, -0.001]));
    net.output('c', [1, 2, 4, 4]);
    const model = net.model();
    const { model: quantized } = await quantize(model);
    await expectNear(model, quantized);
    const { initializers } = quantized.graph;
    const codes = initializers.get('c.b_q')!.toNumbers();
    const scales = initializers.get('c.b_scale')!.toNumbers();
    for (const [c, bias] of [1000, -0.001].entries()) {
      expect(Math.abs(codes[c]!)).toBeLessThanOrEqual(2 ** 30 * 1.001);
      expect(codes[c]! * scales[c]!).toBeCloseTo(bias, 5);
    }
    // Without the bound it would be near 1e-8 / 127.
    const weightScales = initializers.get('c.w_scale')!.toNumbers();
    expect(weightScales[0]).toBeGreaterThan(1e-6);
    expect(weightScales[1]).toBeLessThan(1e-9);
  });

  it('gives a joined value the range of all its parts, whatever one of them is by definition', async () => {
    const net = new Network(8);
    net.input('x', [1, 4, 8, 8]);
    net.node('Sigmoid', 's', [net.conv('a', 'x', [4, 4])]);
    net.conv('b', 'x', [4, 4]);
    net.node('Concat', 'j', ['s', 'b'], { axis: attr.int(1) });
    net.conv('y', 'j', [8, 4]);
    net.output('y', [1, 4, 8, 8]);
    const model = net.model();
    await expectNear(model, (await quantize(model)).model);
  });

  it('leaves the indices of a MaxPool integers', async () => {
    const net = new Network(9);
    net.input('x', [1, 4, 8, 8]);
    net.conv('a', 'x', [4, 4]);
    net.maxPool('p', 'a');
    net.nodes[1] = { ...net.nodes[1]!, outputs: ['p', 'indices'] };
    net.conv('y', 'p', [4, 4]);
    net.node('Cast', 'places', ['indices'], { to: attr.int(1) });
    net.output('y', [1, 4, 4, 4]);
    net.output('places', [1, 4, 4, 4]);
    const model = net.model();
    await expectNear(model, (await quantize(model)).model, 15);
  });

  it('adds a constant in integers of the same type as the other value', async () => {
    const net = new Network(10);
    net.input('x', [1, 4, 8, 8]);
    net.conv('a', 'x', [4, 4]);
    net.node('Add', 's', ['a', net.constant('k', [4, 1, 1])]);
    net.conv('y', 's', [4, 4]);
    net.output('y', [1, 4, 8, 8]);
    const model = net.model();
    for (const activations of ['uint8', 'int8'] as const) {
      const { model: quantized } = await quantize(model, { activations });
      await expectNear(model, quantized);
      expect(quantized.graph.initializers.get('k_q')!.dtype).toBe(activations);
      // onnxruntime computes with signed activations on ARM only.
      if (activations === 'int8') continue;
      expect(await optimizedOperators(quantized)).toMatchObject({ QLinearConv: 2, QLinearAdd: 1 });
    }
  });

  it('takes one square weight both as it is and transposed', async () => {
    const net = new Network(11);
    net.input('x', [4, 24]);
    net.constant('w', [24, 24], 0.2);
    const row = net.constants[0]!.toFloat32();
    // Columns of very different size: scales of rows would not do for columns.
    for (let i = 0; i < row.length; i++) row[i]! *= 10 ** ((i % 24) / 6);
    net.node('MatMul', 'a', ['x', 'w']);
    net.node('Gemm', 'b', ['x', 'w'], { transB: attr.int(1) });
    net.output('a', [4, 24]);
    net.output('b', [4, 24]);
    const model = net.model();
    const { model: quantized } = await quantize(model);
    await expectNear(model, quantized);
    const runs = samplesOf(model);
    const [wanted] = await runModel(runtime, model, runs);
    const [got] = await runModel(runtime, quantized, runs);
    for (const column of [0, 12, 23]) {
      const at = (result: typeof wanted): number[] =>
        [0, 1, 2, 3].map((r) => (result!['a']!.data as Float32Array)[r * 24 + column]!);
      const largest = Math.max(...at(wanted).map(Math.abs));
      for (const [r, value] of at(wanted).entries()) expect(Math.abs(at(got)[r]! - value)).toBeLessThan(largest * 0.1);
    }
  });

  it('names unnamed layers as the float model does', async () => {
    const model = classifier();
    for (const node of model.graph.nodes) node.name = '';
    const { layers } = await quantize(model);
    expect(layers.map(({ name }) => name)).toContain('Conv(c1)');
  });

  it('leaves a product of two constants to the runtime', async () => {
    const net = new Network(12);
    net.input('x', [1, 30]);
    net.node('MatMul', 'k', [net.constant('m', [1, 30]), net.constant('n', [30, 30])]);
    net.node('Add', 'y', ['x', 'k']);
    net.gemm('z', 'x', [30, 3]);
    net.output('y', [1, 30]);
    net.output('z', [1, 3]);
    const model = net.model();
    await expectNear(model, (await quantize(model)).model);
  });
});
