import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cause } from '../../../../protocol/results/analysis.ts';
import { Network, randomFeeds } from '../../../../test/passes/network.ts';
import { memoryData, passContext } from '../../../../test/passes/pass-context.ts';
import { createMetric } from '../../data/metrics/create-metric.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { quantizeOptions } from '../../passes/quantize/options.ts';
import { prepareStatic } from '../../passes/quantize/static/static-pass.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { x64 } from '../../targets/processors.ts';
import type { Target } from '../../targets/target.ts';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import type { Finding } from '../findings.ts';
import { studyLayers } from '../study-layers.ts';
import { findCauses } from './find-causes.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

interface Case {
  readonly change?: (values: Float32Array, name: string) => void;
  readonly feeds?: (feeds: Feeds, run: number) => Feeds;
  readonly options?: Record<string, unknown>;
  readonly target?: Target;
  readonly activation?: string;
  /** Height and width. */
  readonly size?: number;
}

/** Three convolutions, the middle one with whatever is wrong. */
function network({ change, activation = 'Relu', size = 8 }: Case): Model {
  const net = new Network(13);
  net.input('x', [1, 3, size, size]);
  net.relu('r1', net.conv('a', 'x', [3, 8]));
  net.node(activation, 'r2', [net.conv('b', 'r1', [8, 8])]);
  net.conv('y', 'r2', [8, 4]);
  net.output('y', [1, 4, size, size]);
  const model = net.model();
  for (const [name, tensor] of model.graph.initializers) {
    const values = tensor.toFloat32().slice();
    change?.(values, name);
    model.graph.initializers.set(name, Tensor.from(name, 'float32', tensor.dims, values));
  }
  return model;
}

async function causesIn(given: Case): Promise<ReadonlyMap<string, readonly Cause[]>> {
  const model = network(given);
  const random = new Random(9);
  const runs = Array.from({ length: 12 }, (_, run) => {
    const feeds = randomFeeds(model, random);
    return given.feeds ? given.feeds(feeds, run) : feeds;
  });
  const data = memoryData(runs);
  const context = passContext(runtime, { calibration: data, target: given.target ?? x64 });
  const options = quantizeOptions.parse({ equalize: false, calibration: 'min-max', ...given.options });
  const maker = (await prepareStatic(model, options, context, []))!;
  const { findings } = await studyLayers({ maker, data, metric: createMetric('sqnr'), output: {}, context });
  // Small networks bear much: what is asked here is what was found, not whether it is trouble.
  const heard = findings.map((finding): Finding => ({ ...finding, sqnrDb: Math.min(30, finding.sqnrDb ?? 30) }));
  return findCauses(heard, maker, context);
}

function codesOf(causes: ReadonlyMap<string, readonly Cause[]>, layer: string): string[] {
  return (causes.get(layer) ?? []).map(({ code }) => code);
}

describe('causes of a layer\'s loss', () => {
  it('are few in a plain network: its ends', async () => {
    const causes = await causesIn({ options: { reduceRange: false } });
    expect(codesOf(causes, 'a')).toEqual(['LTH3038']);
    expect(codesOf(causes, 'y')).toEqual(['LTH3038']);
    expect(codesOf(causes, 'b')).toEqual([]);
  });

  it('find one scale for weights whose channels differ', async () => {
    const causes = await causesIn({
      options: { perChannel: false, reduceRange: false },
      change: (values, name) => {
        if (name === 'b.w') for (let i = 0; i < 72; i++) values[i]! *= 100;
      },
    });
    const [cause] = causes.get('b')!;
    expect(cause).toMatchObject({
      code: 'LTH3037', edit: { kind: 'option', step: 'quantize', option: 'perChannel', value: true },
    });
    expect(cause!.gainDb).toBeGreaterThan(30);
  });

  it('find channels of values that differ', async () => {
    const causes = await causesIn({
      options: { reduceRange: false },
      change: (values, name) => {
        if (name === 'a.w') for (let i = 0; i < 27; i++) values[i]! *= 200;
        if (name === 'b.w') for (let i = 0; i < values.length; i++) if (Math.floor(i / 9) % 8 === 0) values[i]! /= 200;
      },
    });
    expect(codesOf(causes, 'b')).toContain('LTH3031');
  });

  it('find a few large values, and offer to cut them only where that helps', async () => {
    const causes = await causesIn({
      activation: 'Identity',
      options: { reduceRange: false },
      size: 32,
      feeds: ({ x }, run) => {
        if (run > 0) return { x: x! };
        const values = (x!.data as Float32Array).slice();
        values[0] = 400;
        return { x: tensorValue('float32', x!.dims, values) };
      },
    });
    const cause = causes.get('a')!.find(({ code }) => code === 'LTH3032')!;
    // Most of the signal is in those values: cutting them was tried, and is not offered.
    expect(cause.edit).toBeUndefined();
  });

  it('find ranges centred on zero for values of one sign', async () => {
    const causes = await causesIn({ options: { symmetric: true, activations: 'int8', reduceRange: false } });
    const unused = causes.get('b')!.find(({ code }) => code === 'LTH3034')!;
    expect(unused.edit).toEqual({ kind: 'option', step: 'quantize', option: 'symmetric', value: false });
    expect(unused.message).toMatch(/^(49|50|51) % of the 256 codes/);
    expect(unused.gainDb).toBeCloseTo(6, 0);
  });

  it('find biases that force coarser weights', async () => {
    const causes = await causesIn({
      options: { reduceRange: false },
      change: (values, name) => {
        if (name === 'b.b') values[2] = 1e6;
      },
    });
    expect(causes.get('b')!.find(({ code }) => code === 'LTH3035')!.message).toMatch(/^1 of its 8 biases/);
  });
});
