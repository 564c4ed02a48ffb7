import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import type { Model } from '../../../model/model.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { findTarget } from '../../../targets/registry.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import type { Judge, PassContext } from '../../pass.ts';
import { constantBytes } from '../candidates.ts';
import { quantizeOptions, type QuantizeOptions } from '../options.ts';
import { applyMixed, prepareMixed } from './mixed-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** `b` has inputs far out on a few places, so it suffers from 8 bits more than the others. */
function network(): Model {
  const net = new Network(4);
  net.input('x', [1, 3, 10, 10]);
  net.relu('r1', net.conv('a', 'x', [3, 16]));
  net.node('Exp', 'e', ['r1']);
  net.relu('r2', net.conv('b', 'e', [16, 16]));
  net.relu('r3', net.conv('c', 'r2', [16, 16]));
  net.conv('y', 'r3', [16, 8]);
  net.output('y', [1, 8, 10, 10]);
  return net.model();
}

const model = network();
const random = new Random(1);
const runs: Feeds[] = Array.from({ length: 6 }, () => randomFeeds(model, random));
const floatBytes = constantBytes(model);

function options(fields: object = {}): QuantizeOptions {
  return quantizeOptions.parse({ scheme: 'mixed', ...fields });
}

async function db(candidate: Model): Promise<number> {
  return outputDb(await runModel(runtime, model, runs), await runModel(runtime, candidate, runs), 'y');
}

function contextFor(judge?: Judge): PassContext {
  return passContext(runtime, { calibration: memoryData(runs), ...(judge && { judge }) });
}

/** A goal in dB at the output. */
function judgeFor(goalDb: number, seen: { bytes: number; db: number; kept: boolean }[]): Judge {
  return {
    maxDrop: 0,
    prefer: 'size',
    evaluate: async (candidate) => {
      const value = await db(candidate);
      seen.push({ bytes: constantBytes(candidate), db: value, kept: false });
      const drop = goalDb - value;
      return { metric: 'dB', value, samples: 6, drop, dropCi95: [drop, drop] };
    },
    latencies: (models) => Promise.resolve(models.map(() => 1)),
    keep: (candidate) => {
      for (const each of seen) if (each.bytes === constantBytes(candidate)) each.kept = true;
      return Promise.resolve();
    },
  };
}

describe('mixed precision', () => {
  it('predicts a front whose points cost what was said and are about as good', async () => {
    const { front } = (await prepareMixed(model, options(), contextFor(), []))!;
    expect(front.points.length).toBeGreaterThan(10);
    expect(front.points[0]!.cost + floatBytes).toBeLessThan(0.2 * floatBytes);
    const points = front.points.filter((_, i) => i % Math.ceil(front.points.length / 6) === 0);
    const measured: number[] = [];
    for (const point of points) {
      const { model: made } = front.candidate(point);
      // Scales and zero points that layers share are counted once in the whole, and with each layer alone.
      expect(Math.abs(constantBytes(made) - floatBytes - point.cost)).toBeLessThan(100);
      measured.push(await db(made));
      expect(measured.at(-1)).toBeGreaterThan(-10 * Math.log10(point.noise + 1e-12) - 4);
    }
    expect(measured).toEqual(measured.toSorted((a, b) => a - b));
  });

  it('keeps within a budget of bytes, and is better there than int8 for all layers', async () => {
    const { model: mixed, layers } = await applyMixed(model, options({ budget: { size: 0.4 } }), contextFor());
    expect(constantBytes(mixed)).toBeLessThanOrEqual(0.4 * floatBytes);
    const uniform = { precisions: ['int8'], budget: { size: 0.4 } };
    const { model: int8 } = await applyMixed(model, options(uniform), contextFor());
    expect(await db(mixed)).toBeGreaterThan(await db(int8) + 3);
    expect(new Set(layers.map(({ action }) => action)).size).toBeGreaterThan(1);
    const { notes } = await applyMixed(model, options({ budget: { size: 0.01 } }), contextFor());
    expect(notes.filter(({ severity }) => severity === 'warning').map(({ message }) => message).join())
      .toContain('comes down to 1 %');
  });

  it('gives layers 16-bit activations where the target has them and the recipe asks for it', async () => {
    const asked = options({ precisions: ['int8', 'int8-a16'], budget: { size: 0.5 } });
    const context = { ...contextFor(), target: findTarget('qnn-htp') };
    const wide = await applyMixed(model, asked, context);
    const narrow = await applyMixed(model, options({ precisions: ['int8'], budget: { size: 0.5 } }), context);
    const types = [...wide.model.graph.initializers.values()].map(({ dtype }) => dtype);
    expect(types).toContain('uint16');
    expect(await db(wide.model)).toBeGreaterThan(await db(narrow.model) + 3);
  });

  it('finds a small model within a goal, and keeps each better one on the way', async () => {
    const seen: { bytes: number; db: number; kept: boolean }[] = [];
    const { model: found } = await applyMixed(model, options(), contextFor(judgeFor(38, seen)));
    expect(await db(found)).toBeGreaterThanOrEqual(38);
    const allowed = seen.filter((each) => each.db >= 38);
    expect(constantBytes(found)).toBe(Math.min(...allowed.map(({ bytes }) => bytes)));
    expect(seen.filter(({ kept }) => kept).length).toBeGreaterThan(1);
    expect(seen.some((each) => each.db < 38)).toBe(true);
    const { notes } = await applyMixed(model, options(), contextFor(judgeFor(500, [])));
    expect(notes.map(({ message }) => message).join()).toContain('missed by every mix');
  });
});
