import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, scaleModel, smallModel } from '../../../test/runtime/small-models.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import type { ErrorResult } from './observers/error.ts';
import type { HistogramResult } from './observers/histogram.ts';
import type { RangeResult } from './observers/range.ts';
import { Runtime } from './runtime.ts';
import { tapGroups, tapModel, valueSizes } from './tap.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const batches: readonly Feeds[] = [
  { x: floats([1, 3], [1, -2, 3]) },
  { x: floats([2, 3], [-4, 5, -6, 0.5, 0, 0]) },
];

describe('observing a session', () => {
  it('sees inputs, tapped values and outputs of every run', async () => {
    const session = await runtime.load(tapModel(scaleModel(2, 1), ['x', 'z', 'y']));
    await session.register([
      { kind: 'range', tap: 'x' },
      { kind: 'histogram', tap: 'y', bins: 16 },
      { kind: 'channel-mean', tap: 'z', channelAxis: -1 },
    ]);
    for (const feeds of batches) await session.observe(feeds);
    const [x, y, z] = await session.collect();
    expect(x).toEqual({ kind: 'range', tap: 'x', min: -6, max: 5, count: 9, nonFinite: 0 });
    // y = relu(2x + 1) of all x: 3 0 7 0 11 0 2 1 1
    expect(y).toMatchObject({ kind: 'histogram', tap: 'y', min: 0, max: 11, zeros: 3, start: 0, binWidth: 1 });
    expect(Array.from((y as HistogramResult).counts)).toEqual([0, 2, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    // z = 2x + 1 by column: 3 -7 2, -3 11 1, 7 -11 1
    expect(z).toMatchObject({ mean: Float64Array.of(-2 / 3, 3, -1), count: 3 });
    await session.release();
  });

  it('goes on after collecting, and begins anew after registering', async () => {
    const session = await runtime.load(scaleModel(1, 0));
    await session.register([{ kind: 'range', tap: 'y' }]);
    await session.observe(batches[0]!);
    expect(await session.collect()).toMatchObject([{ count: 3, max: 3 }]);
    await session.observe(batches[1]!);
    expect(await session.collect()).toMatchObject([{ count: 9, max: 5 }]);
    await session.register([{ kind: 'range', tap: 'y' }]);
    expect(await session.collect()).toMatchObject([{ count: 0 }]);
  });

  it('needs observers, and values that can be seen', async () => {
    const session = await runtime.load(scaleModel(1, 0));
    await expect(session.observe(batches[0]!)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(session.register([{ kind: 'range', tap: 'z' }])).rejects.toMatchObject({
      code: 'INTERNAL',
      at: { value: 'z' },
    });
    await session.register([{ kind: 'range', tap: 'y' }]);
    await expect(session.observe({})).rejects.toMatchObject({ code: 'RUNTIME', at: { value: 'x' } });
  });
});

describe('observing two sessions', () => {
  it('compares their values on the same feeds', async () => {
    const exact = await runtime.load(tapModel(scaleModel(2, 1), ['z']));
    const rough = await runtime.load(tapModel(scaleModel(2, 1.5), ['z']));
    const observation = await runtime.observe(
      [exact, rough],
      [
        {
          kind: 'error',
          tap: { session: 1, value: 'z' },
          reference: { session: 0, value: 'z' },
          channelAxis: 1,
        },
        { kind: 'range', tap: { session: 1, value: 'y' } },
      ],
    );
    for (const feeds of batches) await observation.observe(feeds);
    const [error, range] = await observation.collect();
    const z = [3, -3, 7, -7, 11, -11, 2, 1, 1];
    const signalPower = z.reduce((sum, v) => sum + v * v, 0) / z.length;
    const { sqnrDb, cosine, ...rest } = error as ErrorResult;
    expect(rest).toEqual({
      kind: 'error',
      tap: 'z',
      count: 9,
      signalPower,
      noisePower: 0.25,
      maxAbs: 0.5,
      channelMeanDifference: Float64Array.of(0.5, 0.5, 0.5),
    });
    expect(sqnrDb).toBeCloseTo(10 * Math.log10(signalPower / 0.25), 9);
    const near = z.map((v) => v + 0.5);
    const dot = z.reduce((sum, v, i) => sum + v * near[i]!, 0);
    expect(cosine).toBeCloseTo(dot / (Math.hypot(...z) * Math.hypot(...near)), 9);
    expect((range as RangeResult).max).toBe(11.5);
    await observation.close();
    await exact.release();
    await rough.release();
  });

  it('feeds each session what it has inputs for', async () => {
    const one = await runtime.load(scaleModel(1, 0));
    const two = await runtime.load(
      smallModel({
        inputs: [['x', ['n', 3]], ['s', [1]]],
        outputs: [['y', ['n', 3]]],
        nodes: [{ opType: 'Mul', inputs: ['x', 's'], outputs: ['y'] }],
      }),
    );
    const spec = { kind: 'error', tap: { session: 1, value: 'y' }, reference: { session: 0, value: 'y' } } as const;
    const observation = await runtime.observe([one, two], [spec]);
    const x = floats([1, 3], [1, 2, 3]);
    await observation.observe({ x, s: floats([1], [3]) });
    expect(await observation.collect()).toMatchObject([{ noisePower: (4 + 16 + 36) / 3 }]);
    await expect(observation.observe({ x })).rejects.toMatchObject({ at: { value: 's' } });
    await expect(observation.observe({ x, s: floats([1], [3]), t: x })).rejects.toMatchObject({ at: { value: 't' } });
  });

  it('refuses sessions of different processes', async () => {
    const other = await Runtime.start({ threads: 1 });
    const sessions = [await runtime.load(scaleModel(1, 0)), await other.load(scaleModel(1, 0))];
    await expect(runtime.observe(sessions, [])).rejects.toMatchObject({ code: 'INTERNAL' });
    await other.close();
  });
});

describe('taps', () => {
  it('leave the model as it was, and declare nothing twice', () => {
    const model = scaleModel(1, 0);
    expect(tapModel(model, ['x', 'z', 'y', 'z']).graph.outputs.map(({ name }) => name)).toEqual(['y', 'z']);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['y']);
    expect(() => tapModel(model, ['w'])).toThrow('"w" cannot be observed');
  });

  it('are sized by what the model says, and by a run where it does not', async () => {
    const model = smallModel({
      inputs: [['x', ['n', 4]], ['fixed', [2, 8]]],
      outputs: [['y', ['n', 'm']]],
      nodes: [
        { opType: 'NonZero', inputs: ['x'], outputs: ['places'] },
        { opType: 'Relu', inputs: ['fixed'], outputs: ['r'] },
        { opType: 'SequenceConstruct', inputs: ['x'], outputs: ['sequence'] },
        { opType: 'SequenceLength', inputs: ['sequence'], outputs: ['length'] },
        { opType: 'Cast', inputs: ['length'], outputs: ['real'], attributes: { to: { type: 'int', value: 1n } } },
        { opType: 'Mul', inputs: ['x', 'real'], outputs: ['y'] },
      ],
    });
    const feeds = { x: floats([1, 4], [1, 0, 2, 3]), fixed: floats([2, 8], new Array<number>(16).fill(1)) };
    const sizes = await valueSizes(runtime, model, ['places', 'r', 'sequence', 'y', 'x'], feeds);
    expect(sizes.map(({ name, dims, bytes }) => ({ name, dims, bytes }))).toEqual([
      { name: 'places', dims: [2, 3], bytes: 48 },
      { name: 'r', dims: [2, 8], bytes: 64 },
      { name: 'y', dims: [1, 4], bytes: 16 },
      { name: 'x', dims: [1, 4], bytes: 16 },
    ]);
  });

  it('are grouped in order, within the limit', () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 30 }), (bytes, limit) => {
      const meta = { name: '', dtype: undefined, shape: undefined };
      const sizes = bytes.map((size, i) => ({ name: String(i), meta, dims: [], bytes: size }));
      const groups = tapGroups(sizes, limit);
      expect(groups.flat()).toEqual(sizes.map(({ name }) => name));
      const total = (group: readonly string[]): number => group.reduce((sum, name) => sum + bytes[Number(name)]!, 0);
      for (const [i, group] of groups.entries()) {
        if (group.length > 1) expect(total(group)).toBeLessThanOrEqual(limit);
        const next = groups[i + 1]?.[0];
        if (next !== undefined) expect(total([...group, next])).toBeGreaterThan(limit);
      }
    }));
  });
});
