/** Losses against the same written in plain numbers, and their gradients against differences of that. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelOf, node } from '../../../../test/model/build.ts';
import { Network } from '../../../../test/passes/network.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import { GraphBuilder } from '../gradients/graph-builder.ts';
import { Trainer } from '../trainer.ts';
import { attentionTransfer } from './attention-transfer.ts';
import { crossEntropy } from './cross-entropy.ts';
import { distillation } from './distillation.ts';
import type { Loss } from './loss.ts';
import { outputMatching } from './output-matching.ts';
import { withProjection } from './projection.ts';
import { scoresOf } from './scores.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

type Rows = readonly (readonly number[])[];

function softmax(row: readonly number[]): number[] {
  const exps = row.map((x) => Math.exp(x));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((x) => x / sum);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

function rows(flat: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, i) =>
    Array.from({ length: width }, (_, k) => flat[i * width + k]!));
}

function entropyWith(scores: Rows, targets: Rows): number {
  return mean(scores.map((row, i) =>
    -softmax(row).reduce((sum, p, k) => sum + targets[i]![k]! * Math.log(p), 0)));
}

/** Emits `loss` at the value `s` of shape `dims` and compares loss and gradient with `wanted`. */
async function check(
  dims: readonly number[],
  loss: Loss,
  feeds: Feeds,
  wanted: (values: ArrayLike<number>) => number,
): Promise<void> {
  const random = new Random(11);
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal());
  const model = modelOf({ inputs: { x: dims }, nodes: [node('Identity', 'x', 's')], opset: 21 });
  const graph = new GraphBuilder(model);
  const emitted = loss.emit(graph);
  const gradient = emitted.seeds.get('s')!;
  graph.output(emitted.loss);
  graph.output(gradient);
  const session = await runtime.load(model);
  const results = await session.run({ x: tensorValue('float32', dims, values), ...feeds });
  expect((results[emitted.loss]!.data as Float32Array)[0]).toBeCloseTo(wanted(values), 4);
  expect(results[gradient]!.dims).toEqual(dims);
  const found = results[gradient]!.data as Float32Array;
  const exact = Float64Array.from(values);
  const step = 1e-5;
  values.forEach((value, i) => {
    exact[i] = value + step;
    const above = wanted(exact);
    exact[i] = value - step;
    const below = wanted(exact);
    exact[i] = value;
    expect(found[i]).toBeCloseTo((above - below) / (2 * step), 5);
  });
  await session.release();
}

const labels = { labels: tensorValue('int64', [3], BigInt64Array.of(2n, 0n, 3n)) };
const hot = [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]];

function teacherOf(name: string, dims: readonly number[]): { feeds: Feeds; values: Float32Array } {
  const random = new Random(12);
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal());
  return { feeds: { [name]: tensorValue('float32', dims, values) }, values };
}

describe('cross-entropy', () => {
  it('with classes', () =>
    check([3, 4], crossEntropy({ scores: 's' }), labels, (s) => entropyWith(rows(s, 4), hot)));

  it('of pooled scores', () =>
    check([3, 4, 1, 1], crossEntropy({ scores: 's' }), labels, (s) => entropyWith(rows(s, 4), hot)));

  it('with smoothed labels', () => {
    const smooth = hot.map((row) => row.map((p) => 0.9 * p + 0.025));
    return check([3, 4], crossEntropy({ scores: 's', smoothing: 0.1 }), labels, (s) => entropyWith(rows(s, 4), smooth));
  });

  it('where labels are missing', () => {
    const some = { labels: tensorValue('int64', [3], BigInt64Array.of(2n, -1n, 3n)) };
    const targets = [hot[0]!, [0, 0, 0, 0], hot[2]!];
    return check([3, 4], crossEntropy({ scores: 's', smoothing: 0.1 }), some, (s) =>
      entropyWith(rows(s, 4), targets.map((row, i) => row.map((p) => 0.9 * p + (i === 1 ? 0 : 0.025)))));
  });

  it('with probabilities', () => {
    const mixed = [[0.7, 0, 0.3, 0], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]];
    const feeds = { labels: tensorValue('float32', [3, 4], Float32Array.from(mixed.flat())) };
    return check([3, 4], crossEntropy({ scores: 's', form: 'probabilities' }), feeds, (s) =>
      entropyWith(rows(s, 4), mixed));
  });

  it('of every token of a text', () => {
    const tokens = { labels: tensorValue('int64', [1, 3], BigInt64Array.of(2n, 0n, 3n)) };
    return check([1, 3, 4], crossEntropy({ scores: 's' }), tokens, (s) => entropyWith(rows(s, 4), hot));
  });
});

it('distillation', () => {
  const temperature = 3;
  const { feeds, values } = teacherOf('teacher', [3, 4]);
  const wanted = rows(values, 4).map((row) => softmax(row.map((x) => x / temperature)));
  return check([3, 4], distillation({ scores: 's', temperature }), feeds, (s) =>
    temperature ** 2 * mean(rows(s, 4).map((row, i) =>
      softmax(row.map((x) => x / temperature)).reduce((sum, p, k) => {
        const q = wanted[i]![k]!;
        return sum + q * Math.log(q / p);
      }, 0))));
});

it('output matching', () => {
  const { feeds, values } = teacherOf('teacher:s', [2, 3, 2]);
  return check([2, 3, 2], outputMatching({ value: 's', scale: 0.5 }), feeds, (s) =>
    mean(Array.from(s, (x, i) => ((x - values[i]!) / 0.5) ** 2)));
});

it('attention transfer', () => {
  const { feeds, values } = teacherOf('teacher:s', [2, 5, 2, 3]);
  const maps = (flat: ArrayLike<number>, channels: number): number[][] =>
    rows(flat, channels * 6).map((sample) => {
      const map = Array.from({ length: 6 }, (_, at) => mean(rows(sample, 6).map((plane) => plane[at]! ** 2)));
      const norm = Math.hypot(...map);
      return map.map((x) => x / norm);
    });
  const wanted = maps(values, 5);
  return check([2, 3, 2, 3], attentionTransfer({ value: 's', channels: 5 }), feeds, (s) =>
    mean(maps(s, 3).map((map, i) => 0.5 * Math.hypot(...map.map((x, k) => x - wanted[i]![k]!)) ** 2)));
});

describe('features of another width', () => {
  it('are learned through a projection, which is not exported', async () => {
    const net = new Network(2);
    net.input('x', ['n', 3, 6, 6]);
    net.conv('feature', 'x', [3, 4]);
    net.node('GlobalAveragePool', 'y', [net.relu('active', 'feature')]);
    net.output('y', ['n', 4, 1, 1]);
    const student = net.model();
    const { model, value } = withProjection(student, 'active', 7, 1, 5);
    const trainer = await Trainer.create(runtime, {
      model,
      batch: 2,
      losses: [{ loss: outputMatching({ value, teacher: 'hint' }) }],
      optimizer: { kind: 'adam' },
    });
    const { feeds } = teacherOf('hint', [2, 7, 6, 6]);
    const x = teacherOf('x', [2, 3, 6, 6]).feeds;
    const first = await trainer.train({ ...feeds, ...x }, 0.03);
    for (let step = 0; step < 40; step++) await trainer.train({ ...feeds, ...x }, 0.03);
    expect((await trainer.train({ ...feeds, ...x }, 0)).loss).toBeLessThan(first.loss * 0.8);
    expect(trainer.weights.map(({ name }) => name)).toEqual(['feature.w', 'feature.b', 'active_projection']);
    await trainer.release();
  });
});

describe('scoresOf', () => {
  it('looks behind the softmax', () => {
    const nodes = [node('Relu', 'x', 's'), node('Softmax', 's', 'p'), node('Reshape', 'p, shape', 'y')];
    const model = modelOf({ inputs: { x: [2, 3] }, nodes, outputs: ['y', 's'] });
    expect(scoresOf(model, 'y')).toBe('s');
    expect(scoresOf(model, 's')).toBe('s');
  });
});
