import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../test/passes/network.ts';
import { memoryData, passContext, runModel } from '../../../test/passes/pass-context.ts';
import type { Model } from '../model/model.ts';
import { attr } from '../model/attribute.ts';
import { quantizeOptions } from '../passes/quantize/options.ts';
import { prepareStatic } from '../passes/quantize/static/static-pass.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { cutModel, type Cuts } from './boundaries.ts';
import { LayerVariants } from './layer-variants.ts';
import { Sweep, type Outputs } from './sweep.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** A stem, two residual blocks, a second output from the middle, a classifier. */
function network(): Model {
  const net = new Network(11);
  net.input('x', [1, 3, 12, 12]);
  net.relu('s', net.conv('stem', 'x', [3, 8]));
  for (const block of ['a', 'b']) {
    const from = block === 'a' ? 's' : 'a.r';
    net.relu(`${block}.1r`, net.conv(`${block}.1`, from, [8, 8]));
    net.conv(`${block}.2`, `${block}.1r`, [8, 8]);
    net.node('Add', `${block}.sum`, [`${block}.2`, from]);
    net.relu(`${block}.r`, `${block}.sum`);
  }
  net.conv('side', 'a.r', [8, 2], { kernel: [1, 1], pad: 0 });
  net.node('GlobalAveragePool', 'pool', ['b.r']);
  net.node('Flatten', 'flat', ['pool'], { axis: attr.int(1) });
  net.gemm('y', 'flat', [8, 5]);
  net.output('y', [1, 5]);
  net.output('side', [1, 2, 12, 12]);
  return net.model();
}

interface Prepared {
  readonly variants: LayerVariants;
  readonly float: Model;
  readonly cuts: (parts: number) => Cuts;
  readonly runs: readonly Feeds[];
}

async function prepared(): Promise<Prepared> {
  const model = network();
  const random = new Random(5);
  const runs = Array.from({ length: 6 }, () => randomFeeds(model, random));
  const context = passContext(runtime, { calibration: memoryData(runs) });
  const maker = (await prepareStatic(model, quantizeOptions.parse({ calibration: 'min-max' }), context, []))!;
  const variants = new LayerVariants(maker);
  const cuts = (parts: number): Cuts =>
    cutModel(maker.prepared, { feeds: { x: [1, 3, 12, 12] }, parts, together: variants.together });
  return { variants, float: maker.prepared, cuts, runs };
}

/**
 * To float32 rounding: where the network is cut onnxruntime fuses other nodes, and adds in another order. Of values
 * that are quantized behind the cut that may turn a single code.
 */
function expectSame(got: Outputs, wanted: Outputs, tolerance = 2e-6): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { data }] of Object.entries(wanted)) {
    const values = data as Float32Array;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, value] of values.entries()) {
      expect(Math.abs(value - (got[name]!.data[i] as number))).toBeLessThan(tolerance * largest);
    }
  }
}

describe('running variants from the boundary before their change', () => {
  let given: Prepared;

  beforeAll(async () => {
    given = await prepared();
  });

  it('gives what the whole variant gives, wherever the network is cut', async () => {
    const { variants, float, cuts, runs } = given;
    expect(variants.layers.map(({ layer }) => layer.name)).toEqual(['stem', 'a.1', 'a.2', 'b.1', 'b.2', 'side', 'y']);
    for (const parts of [1, 3, 8]) {
      const sweep = await Sweep.open(runtime, float, cuts(parts), { threads: 1 });
      for (const { layer: { name }, first, last } of variants.layers) {
        const model = variants.alone(name);
        const loaded = await sweep.load(model, first, last);
        const [wanted] = await runModel(runtime, model, [runs[0]!]);
        await sweep.begin(runs[0]!);
        const { outputs, errors } = await sweep.run(loaded, true);
        expectSame(outputs!, wanted!);
        expect(Object.values(errors).some(({ noise }) => noise > 0)).toBe(true);
      }
      await sweep.close();
    }
    expect(cuts(8).boundaries.length).toBeGreaterThan(4);
  });

  it('does so for halves of a layer, and for layers kept in the quantized network', async () => {
    const { variants, float, cuts, runs } = given;
    const sweep = await Sweep.open(runtime, float, cuts(4), { threads: 1 });
    const quantized = await Sweep.open(runtime, variants.all.model, cuts(4), { threads: 1 });
    for (const { layer: { name }, first, last } of variants.layers) {
      const alone = variants.alone(name);
      const without = variants.without(name);
      for (const [base, model, from, to] of [
        [sweep, variants.weightsOnly(name, alone), first, last],
        [sweep, variants.activationsOnly(name, alone), first, last],
        [quantized, without.model, without.first, without.last],
      ] as const) {
        const [wanted] = await runModel(runtime, model, [runs[1]!]);
        await base.begin(runs[1]!);
        expectSame((await base.run(await base.load(model, from, to), true)).outputs!, wanted!, 2e-3);
      }
    }
    await sweep.close();
    await quantized.close();
  });

  it('returns errors of outputs without the outputs', async () => {
    const { variants, float, cuts, runs } = given;
    const sweep = await Sweep.open(runtime, float, cuts(3), { threads: 1 });
    const { layer, first, last } = variants.layers[1]!;
    const loaded = await sweep.load(variants.alone(layer.name), first, last);
    const base = await sweep.begin(runs[2]!);
    const { outputs } = await sweep.run(loaded, true);
    const { outputs: none, errors } = await sweep.run(loaded, false);
    expect(none).toBeUndefined();
    for (const name of ['y', 'side']) {
      const [a, b] = [outputs![name]!.data as Float32Array, base[name]!.data as Float32Array];
      const noise = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
      expect(errors[name]!.noise).toBeCloseTo(noise, 6);
    }
    await sweep.close();
  });
});

describe('one layer in parts', () => {
  it('has the float weights, rounded, or the float activations, rounded', async () => {
    const { variants, float } = await prepared();
    const alone = variants.alone('b.1');
    const weights = variants.weightsOnly('b.1', alone);
    const node = weights.graph.nodes.find(({ label }) => label === 'b.1')!;
    const rounded = weights.graph.initializers.get(node.inputs[1]!)!.toFloat32();
    const exact = float.graph.initializers.get('b.1.w')!.toFloat32();
    const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let changed = 0;
    for (const [i, value] of rounded.entries()) {
      expect(Math.abs(value - exact[i]!)).toBeLessThan(largest / 64);
      if (value !== exact[i]) changed += 1;
    }
    expect(changed).toBeGreaterThan(exact.length / 2);
    expect(weights.graph.nodes.some(({ opType }) => opType === 'QuantizeLinear')).toBe(false);
    const activations = variants.activationsOnly('b.1', alone);
    expect(activations.graph.initializers.get('b.1.w')!.toFloat32()).toEqual(exact);
    expect(activations.graph.nodes.filter(({ opType }) => opType === 'QuantizeLinear')).toHaveLength(2);
  });
});
