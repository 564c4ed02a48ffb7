/**
 * Checks the gradient of a whole network weight by weight, along one direction each: a finite difference of what
 * onnxruntime computes has to be the gradient's part along it. The direction is the gradient with each element
 * stretched at random, so that an element that is wrong shows.
 */

import { expect } from 'vitest';
import type { Model } from '../../server/engine/model/model.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import type { Dim } from '../../server/engine/model/types.ts';
import type { Runtime } from '../../server/engine/runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../server/engine/tensor/tensor-value.ts';
import { GraphBuilder } from '../../server/engine/train/gradients/graph-builder.ts';
import { Tape } from '../../server/engine/train/gradients/tape.ts';
import { findBlocked, findWeights } from '../../server/engine/train/trainable-weights.ts';
import { trainingModel } from '../../server/engine/train/training-model.ts';
import { Random } from '../../server/engine/util/random.ts';

export interface NetworkCase {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly batch?: number;
  readonly shapes?: Readonly<Record<string, readonly Dim[]>>;
  /** Values whose random weighted sum is differentiated. */
  readonly values: readonly string[];
  /** How far a step takes the sum, as a part of its terms' length: 0.01 unless told. */
  readonly step?: number;
  /** Largest difference, as a part of the derivative: 0.01 unless told. */
  readonly tolerance?: number;
  /** How many weights are checked, spread evenly: all unless told. */
  readonly weights?: number;
}

/** @returns the number of weights that were checked */
export async function expectAlongDirections(runtime: Runtime, test: NetworkCase): Promise<number> {
  const { values, feeds, step = 0.01, tolerance = 0.01 } = test;
  const random = new Random(9);
  const { model, batch = 1, shapes } = test;
  const source = trainingModel({ model, batch, ...(shapes && { shapes }) });
  const found = findWeights(source.graph);
  const names = found.map(({ name }) => name);
  expect(findBlocked(source.graph, names, values)).toEqual([]);
  const initial = new Map(names.map((name) => [name, source.graph.initializers.get(name)!]));

  const graph = new GraphBuilder(source, { batchNorm: 'frozen' });
  graph.release(names);
  for (const { name, dims } of found) graph.input(name, 'float32', dims);
  source.graph.outputs = [];
  for (const value of values) graph.output(value);
  const forward = source.clone();
  const tape = new Tape(graph, names);
  tape.record(source.graph.nodes.splice(0));
  const factors = values.map((value) => {
    const dims = graph.dims(value);
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal());
    return { value, data, seed: graph.tensor(Tensor.fromBytes(`${value}_seed`, 'float32', dims, data)) };
  });
  const gradients = tape.backward(factors.map(({ value, seed }) => [value, seed] as const), names);
  for (const gradient of gradients.values()) graph.output(gradient);

  const reference = await runtime.load(forward, { threads: 1 });
  const session = await runtime.load(source, { threads: 1 });
  const weightFeeds: Feeds = Object.fromEntries(
    [...initial].map(([name, tensor]) => [name, tensorValue('float32', tensor.dims, tensor.toFloat32().slice())]),
  );
  try {
    const all = { ...feeds, ...weightFeeds };
    const emitted = await session.run(all);
    const plain = await reference.run(all);
    const extent = Math.hypot(...factors.map(({ value, data }) => {
      const y = plain[value]!.data as Float32Array;
      return norm(data.map((r, i) => r * y[i]!));
    }));
    const lengths = [...gradients].map(([, gradient]) => norm(emitted[gradient]!.data as Float32Array));
    // A weight to which the result is all but indifferent is held against the others: noise is all that there is.
    const noise = 1e-5 * Math.max(...lengths);
    const objective = async (name: string, direction: Float32Array, by: number): Promise<number> => {
      const weight = weightFeeds[name]!;
      const data = (weight.data as Float32Array).map((value, i) => value + by * direction[i]!);
      const results = await reference.run({ ...all, [name]: { ...weight, data } });
      let sum = 0;
      for (const { value, data: r } of factors) {
        const y = results[value]!.data as Float32Array;
        for (let i = 0; i < y.length; i++) sum += r[i]! * y[i]!;
      }
      return sum;
    };
    const reached = names.filter((name) => gradients.has(name));
    const stride = Math.max(1, Math.floor(reached.length / (test.weights ?? reached.length)));
    const checked = reached.filter((_, i) => i % stride === 0);
    for (const name of checked) {
      const gradient = emitted[gradients.get(name)!]!.data as Float32Array;
      const weight = weightFeeds[name]!.data as Float32Array;
      const stretched = gradient.map((value) => 2 * value * random.next());
      const length = norm(stretched);
      expect(length, `gradient of ${name}`).toBeGreaterThan(0);
      const direction = stretched.map((value) => value / length);
      const byRules = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      const h = Math.min((step * extent) / Math.abs(byRules), step * Math.max(norm(weight), 1));
      const difference = async (by: number): Promise<number> =>
        ((await objective(name, direction, by)) - (await objective(name, direction, -by))) / (2 * by);
      const byDifferences = (4 * (await difference(h / 2)) - (await difference(h))) / 3;
      const error = (Math.abs(byRules - byDifferences) - noise) / Math.abs(byDifferences);
      expect(error, `${name}: ${byRules} by the rules, ${byDifferences} by differences`).toBeLessThan(tolerance);
    }
    return checked.length;
  } finally {
    await session.release();
    await reference.release();
  }
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
