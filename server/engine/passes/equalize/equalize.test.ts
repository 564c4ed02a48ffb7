import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../test/passes/network.ts';
import { outputDb, runModel } from '../../../../test/passes/pass-context.ts';
import { attr } from '../../model/attribute.ts';
import type { Model } from '../../model/model.ts';
import { validateModel } from '../../model/validate.ts';
import { Runtime } from '../../runtime/runtime.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import { withOutputs } from '../observe.ts';
import { equalizableValues, equalizeChannels } from './equalize.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** [channels] largest magnitude of a value of shape [1, channels, …]. */
function channelRanges({ dims, data }: TensorValue): Float64Array {
  const channels = dims[1]!;
  const inner = (data as Float32Array).length / channels;
  return Float64Array.from({ length: channels }, (_, c) => {
    const own = (data as Float32Array).subarray(c * inner, (c + 1) * inner);
    return own.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0);
  });
}

async function rangesOf(model: Model, seed: number): Promise<Map<string, Float64Array>> {
  const values = equalizableValues(model);
  const [results] = await runModel(runtime, withOutputs(model, values), [randomFeeds(model, new Random(seed))]);
  return new Map(values.map((value) => [value, channelRanges(results![value]!)]));
}

/** What equalizing does to a model: the model and how near its outputs are on data of another seed, in dB. */
async function equalized(model: Model): Promise<{ model: Model; scaled: number; db: number }> {
  const ranges = await rangesOf(model, 1);
  const result = equalizeChannels(model, ranges);
  expect(validateModel(result.model).filter(({ severity }) => severity === 'error')).toEqual([]);
  const runs = [randomFeeds(model, new Random(2))];
  const wanted = await runModel(runtime, model, runs);
  const got = await runModel(runtime, result.model, runs);
  const db = Math.min(...model.graph.outputs.map(({ name }) => outputDb(wanted, got, name)));
  return { ...result, db };
}

/** Makes the channels of a convolution very different in size. */
function unbalance(net: Network, layer: string): void {
  for (const suffix of ['w', 'b']) {
    const tensor = net.constants.find(({ name }) => name === `${layer}.${suffix}`)!;
    const values = tensor.toFloat32();
    const perChannel = tensor.size / tensor.dims[0]!;
    for (let i = 0; i < values.length; i++) values[i]! *= 10 ** ((Math.floor(i / perChannel) % 4) - 2);
  }
}

function names(model: Model, suffix: string): string[] {
  return [...model.graph.initializers.keys()].filter((name) => name.endsWith(suffix));
}

function changedWeights(before: Model, after: Model): string[] {
  return names(before, '.w').filter((name) => {
    const [a, b] = [before, after].map((m) => m.graph.initializers.get(name)!.toNumbers());
    return a!.some((v, i) => v !== b![i]);
  });
}

const ends = ['leaves the graph', 'a sigmoid', 'a constant is added', 'joined with an input'] as const;

describe('equalizing channels', () => {
  it('changes no output of random networks', async () => {
    const steps = ['conv', 'relu', 'depthwise', 'grouped', 'add', 'concat', 'maxpool', 'average', 'leaky'] as const;
    const recipe = fc.record({
      seed: fc.nat(),
      steps: fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat(20), fc.nat(20)), { minLength: 4, maxLength: 14 }),
      seen: fc.nat(20),
    });
    let scaledAtAll = 0;
    await fc.assert(fc.asyncProperty(recipe, async ({ seed, steps: chosen, seen }) => {
      const net = new Network(seed);
      net.input('x', [1, 4, 6, 6]);
      const values: { name: string; channels: number }[] = [{ name: 'x', channels: 4 }];
      for (const [i, [step, a, b]] of chosen.entries()) {
        const from = values[Math.max(0, values.length - 1 - (a % 3))]!;
        const alike = values.filter(({ channels }) => channels === from.channels);
        const other = alike[b % alike.length]!;
        const out = `v${i}`;
        let channels = from.channels;
        if (step === 'conv') net.conv(out, from.name, [channels, channels = b % 2 ? 4 : 6], { bias: b % 3 > 0 });
        else if (step === 'depthwise') {
          net.conv(out, from.name, [channels, channels *= 1 + (b % 2)], { group: from.channels });
        } else if (step === 'grouped') net.conv(out, from.name, [channels, channels], { group: 2 });
        else if (step === 'relu') net.relu(out, from.name);
        else if (step === 'leaky') net.node('LeakyRelu', out, [from.name]);
        else if (step === 'add') net.node('Add', out, [from.name, other.name]);
        else if (step === 'concat') {
          net.node('Concat', out, [from.name, values.at(-1)!.name], { axis: attr.int(1) });
          channels += values.at(-1)!.channels;
        } else {
          const attributes = { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) };
          net.node(step === 'maxpool' ? 'MaxPool' : 'AveragePool', out, [from.name], attributes);
        }
        values.push({ name: out, channels });
        if (net.constants.some(({ name }) => name === `${out}.b`)) unbalance(net, out);
      }
      const last = values.at(-1)!;
      net.conv('y', last.name, [last.channels, 3]);
      const returned = new Set(['y', values[1 + (seen % (values.length - 1))]!.name]);
      for (const name of returned) {
        net.output(name, [1, name === 'y' ? 3 : values.find((v) => v.name === name)!.channels, 6, 6]);
      }
      const { db, scaled } = await equalized(net.model());
      expect(db).toBeGreaterThan(100);
      scaledAtAll += scaled;
    }), { numRuns: 30, seed: 5 });
    expect(scaledAtAll).toBeGreaterThan(50);
  });

  it('makes the channels of a value more even, across a depthwise layer too', async () => {
    const net = new Network(2);
    net.input('x', [1, 3, 8, 8]);
    net.relu('r1', net.conv('a', 'x', [3, 8]));
    unbalance(net, 'a');
    net.relu('r2', net.conv('d', 'r1', [8, 8], { group: 8 }));
    net.conv('y', 'r2', [8, 4]);
    net.output('y', [1, 4, 8, 8]);
    const model = net.model();
    const { model: after, scaled, db } = await equalized(model);
    expect(db).toBeGreaterThan(100);
    expect(scaled).toBeGreaterThan(8);
    const spread = (ranges: Float64Array): number => Math.max(...ranges) / Math.min(...ranges.filter((r) => r > 0));
    const [plain, even] = [await rangesOf(model, 1), await rangesOf(after, 1)];
    // Half of the distance in orders of magnitude is made up.
    expect(spread(even.get('r1')!)).toBeLessThan(spread(plain.get('r1')!) ** 0.6);
  });

  it.each(ends)('leaves channels as they are that end in something else: %s', async (end) => {
    const net = new Network(3);
    net.input('x', [1, 4, 8, 8]);
    net.relu('r', net.conv('a', 'x', [4, 4]));
    unbalance(net, 'a');
    net.conv('y', 'r', [4, 4]);
    net.output('y', [1, 4, 8, 8]);
    const side = end === 'leaves the graph' ? 'r' : 's';
    if (end === 'a sigmoid') net.node('Sigmoid', 's', ['r']);
    if (end === 'a constant is added') net.node('Add', 's', ['r', net.constant('k', [1])]);
    if (end === 'joined with an input') net.node('Concat', 's', ['r', 'x'], { axis: attr.int(1) });
    net.output(side, [1, end === 'joined with an input' ? 8 : 4, 8, 8]);
    const model = net.model();
    expect(equalizableValues(model)).toEqual([]);
    const ranges = new Map([['r', [1, 10, 100, 1000]], ['a', [1, 10, 100, 1000]]]);
    const { model: after, scaled } = equalizeChannels(model, ranges);
    expect(scaled).toBe(0);
    expect(changedWeights(model, after)).toEqual([]);
  });

  it('leaves a weight as it is that two layers share, and one that leaves the graph', () => {
    for (const shared of [true, false]) {
      const net = new Network(4);
      net.input('x', [1, 4, 8, 8]);
      net.conv('a', 'x', [4, 4]);
      net.conv('b', 'a', [4, 4]);
      net.conv('y', 'b', [4, 4], shared ? { weight: 'b.w' } : {});
      net.output('y', [1, 4, 8, 8]);
      if (!shared) net.output('b.w', [4, 4, 3, 3]);
      const model = net.model();
      const { model: after } = equalizeChannels(model, new Map([['a', [1, 10, 100, 1000]], ['b', [1, 10, 100, 1000]]]));
      expect(changedWeights(model, after)).toEqual([]);
    }
  });
});
