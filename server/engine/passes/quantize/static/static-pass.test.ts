import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import type { Dataset } from '../../../data/dataset.ts';
import type { Model } from '../../../model/model.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64 } from '../../../targets/processors.ts';
import { tensorValue, type Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import type { Judge } from '../../pass.ts';
import { quantizeOptions } from '../options.ts';
import { applyStatic } from './static-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** `b` has inputs far out on a few places, so it suffers from 8 bits more than the others. */
function network(): Model {
  const net = new Network(4);
  net.input('x', [1, 3, 10, 10]);
  net.relu('r1', net.conv('a', 'x', [3, 8]));
  net.node('Exp', 'e', ['r1']);
  net.relu('r2', net.conv('b', 'e', [8, 8]));
  net.relu('r3', net.conv('c', 'r2', [8, 8]));
  net.conv('y', 'r3', [8, 4]);
  net.output('y', [1, 4, 10, 10]);
  return net.model();
}

function runsOf(model: Model, seed: number): Feeds[] {
  const random = new Random(seed);
  return Array.from({ length: 6 }, () => randomFeeds(model, random));
}

function contextFor(calibration: Dataset | undefined, judge?: Judge): ReturnType<typeof passContext> {
  return passContext(runtime, { target: x64, ...(calibration && { calibration }), ...(judge && { judge }) });
}

const options = quantizeOptions.parse({});

describe('static int8 as a pass', () => {
  it('chooses ranges, quantizes and measures every layer', async () => {
    const model = network();
    const runs = runsOf(model, 1);
    const { model: quantized, layers, notes } = await applyStatic(model, options, contextFor(memoryData(runs)));
    expect(layers.map(({ name, action }) => [name, action])).toEqual(['a', 'b', 'c', 'y'].map((n) => [n, 'int8']));
    const fresh = runsOf(model, 2);
    const [wanted, got] = [await runModel(runtime, model, fresh), await runModel(runtime, quantized, fresh)];
    expect(outputDb(wanted, got, 'y')).toBeGreaterThan(20);
    // What it says of the last layer is what an own measurement on the same data gives.
    const own = outputDb(await runModel(runtime, model, runs), await runModel(runtime, quantized, runs), 'y');
    expect(layers.at(-1)!.sqnrDb).toBeCloseTo(own, 1);
    expect(notes.map(({ message }) => message).join()).toContain('from 6 samples');
    expect(notes.filter(({ severity }) => severity === 'warning')).toEqual([]);
  });

  it('warns of layers that onnxruntime goes on computing in float', async () => {
    const model = network();
    const wide = quantizeOptions.parse({ activations: 'uint16' });
    const { notes } = await applyStatic(model, wide, contextFor(memoryData(runsOf(model, 1))));
    expect(notes).toContainEqual({
      severity: 'warning',
      node: 'a',
      message: 'onnxruntime has no integer kernel for 4 layers as quantized here, and computes them in float between '
        + 'conversions: a, b, c, y. Keep them float, or use 8-bit activations.',
    });
  });

  it('widens layers until a judge is content, and no more than that', async () => {
    const model = network();
    const runs = runsOf(model, 1);
    const wanted = await runModel(runtime, model, runs);
    const evaluated: number[] = [];
    const judge: Judge = {
      maxDrop: 0,
      prefer: 'size',
      // The drop is what is missing to a goal that int8 alone does not reach.
      evaluate: async (candidate) => {
        const db = outputDb(wanted, await runModel(runtime, candidate, runs), 'y');
        evaluated.push(db);
        const drop = evaluated[0]! + 2 - db;
        return { metric: 'dB', value: db, samples: 6, drop, dropCi95: [drop, drop] };
      },
      latencies: (models) => Promise.resolve(models.map(() => 1)),
      keep: () => Promise.resolve(),
    };
    const { model: quantized, layers } = await applyStatic(model, options, contextFor(memoryData(runs), judge));
    const db = outputDb(wanted, await runModel(runtime, quantized, runs), 'y');
    expect(db).toBeGreaterThanOrEqual(evaluated[0]! + 2);
    const actions = layers.map(({ action }) => action);
    expect(new Set(actions).size).toBeGreaterThan(1);
    expect(layers.filter(({ reason }) => reason === 'the accuracy goal needs it').length).toBeGreaterThan(0);
  });

  it('calibrates on values of which some are infinite, and names a value that never is a number', async () => {
    const model = network();
    const runs = runsOf(model, 1);
    const spoilt = Float32Array.from(runs[0]!['x']!.data as Float32Array);
    spoilt[5] = Infinity;
    const data = memoryData([...runs, { x: tensorValue('float32', [1, 3, 10, 10], spoilt) }]);
    const { model: quantized } = await applyStatic(model, options, contextFor(data));
    const [wanted, got] = [await runModel(runtime, model, runs), await runModel(runtime, quantized, runs)];
    expect(outputDb(wanted, got, 'y')).toBeGreaterThan(15);
    const nothing = memoryData([{ x: tensorValue('float32', [1, 3, 10, 10], new Float32Array(300).fill(NaN)) }]);
    await expect(applyStatic(model, options, contextFor(nothing))).rejects.toMatchObject({
      code: 'DATA',
      at: { value: 'x' },
    });
  });

  it('asks for data, and goes over to dynamic int8 where nothing has fixed ranges', async () => {
    await expect(applyStatic(network(), options, contextFor(undefined))).rejects.toMatchObject({ code: 'DATA' });
    const net = new Network(9);
    net.input('x', [4, 1, 8]);
    net.constant('w', [1, 128, 8], 0.2);
    net.constant('r', [1, 128, 32], 0.2);
    net.node('LSTM', 'y', ['x', 'w', 'r']);
    net.output('y', [4, 1, 1, 32]);
    const model = net.model();
    const hidden = { hidden_size: { type: 'int', value: 32n } } as const;
    for (const [name, value] of Object.entries(hidden)) model.graph.nodes[0]!.attributes.set(name, value);
    const { layers, notes } = await applyStatic(model, options, contextFor(memoryData(runsOf(model, 1))));
    expect(layers).toMatchObject([{ name: 'y', action: 'int8 weights' }]);
    expect(notes[0]!.message).toContain('dynamic');
  });
});
