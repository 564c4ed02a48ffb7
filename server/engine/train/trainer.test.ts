import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../test/passes/network.ts';
import type { Model } from '../model/model.ts';
import type { Tensor } from '../model/tensor.ts';
import { Runtime } from '../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import type { Optimizer } from './optimizer.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

function perceptron(middle = 'Relu'): Model {
  const net = new Network(3);
  net.input('x', ['n', 6]);
  const first = net.gemm('first', 'x', [6, 16]);
  net.gemm('scores', net.node(middle, 'hidden', [first]), [16, 3]);
  net.output('scores', ['n', 3]);
  return net.model();
}

/** Points whose class is the largest of their first three numbers. */
function batch(seed: number, size = 32): Feeds {
  const random = new Random(seed);
  const x = Float32Array.from({ length: size * 6 }, () => random.normal());
  const labels = BigInt64Array.from({ length: size }, (_, i) => {
    const own = [...x.subarray(i * 6, i * 6 + 3)];
    return BigInt(own.indexOf(Math.max(...own)));
  });
  return { x: tensorValue('float32', [size, 6], x), labels: tensorValue('int64', [size], labels) };
}

async function create(more: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const losses = [{ loss: crossEntropy({ scores: 'scores' }) }];
  const model = perceptron();
  return Trainer.create(runtime, { model, batch: 32, losses, optimizer: { kind: 'sgd' }, ...more });
}

async function train(trainer: Trainer, steps: number, rate: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await trainer.train(batch(trainer.step), rate)).loss);
  return losses;
}

function numbers(tensors: ReadonlyMap<string, Tensor>): number[] {
  return [...tensors.values()].flatMap((tensor) => [...tensor.toFloat32()]);
}

/** The optimisers as their papers write them, in double precision, on one vector. */
function reference(optimizer: Optimizer, decays: readonly boolean[]) {
  const { weightDecay = 0, clipNorm = Infinity } = optimizer;
  const first = decays.map(() => 0);
  const second = decays.map(() => 0);
  let t = 0;
  return (weights: number[], gradient: readonly number[], rate: number): number[] => {
    t += 1;
    const norm = Math.hypot(...gradient);
    return weights.map((w, i) => {
      const decay = decays[i] ? weightDecay * w : 0;
      let g = gradient[i]! * Math.min(1, clipNorm / norm);
      if (optimizer.kind !== 'adamw') g += decay;
      if (optimizer.kind === 'sgd') {
        const momentum = optimizer.momentum ?? 0.9;
        first[i] = momentum * first[i]! + g;
        return w - rate * (optimizer.nesterov ? g + momentum * first[i] : first[i]);
      }
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer;
      first[i] = beta1 * first[i]! + (1 - beta1) * g;
      second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
      const step = first[i] / (1 - beta1 ** t) / (Math.sqrt(second[i] / (1 - beta2 ** t)) + epsilon);
      return w - rate * (optimizer.kind === 'adamw' ? step + decay : step);
    });
  };
}

describe('optimisers', () => {
  const optimizers: Readonly<Record<string, Optimizer>> = {
    sgd: { kind: 'sgd' },
    'sgd without momentum': { kind: 'sgd', momentum: 0 },
    'sgd, nesterov, decay, clipped': { kind: 'sgd', nesterov: true, weightDecay: 0.05, clipNorm: 0.3 },
    adam: { kind: 'adam', weightDecay: 0.05 },
    adamw: { kind: 'adamw', beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.05, clipNorm: 0.3 },
  };
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`${name} takes the steps of its definition`, async () => {
      const trainer = await create({ optimizer });
      const decays = trainer.weights.flatMap(({ dims, size }) => new Array<boolean>(size).fill(dims.length > 1));
      const step = reference(optimizer, decays);
      let weights = numbers(await trainer.tensors());
      for (let i = 0; i < 5; i++) {
        const feeds = batch(i);
        const { gradient } = await trainer.gradient(feeds);
        weights = step(weights, [...gradient], 0.01);
        await trainer.train(feeds, 0.01);
        const found = numbers(await trainer.tensors());
        const error = Math.max(...found.map((w, k) => Math.abs(w - weights[k]!)));
        expect(error).toBeLessThan(1e-5);
      }
      await trainer.release();
    });

    it(`${name} lowers the loss`, async () => {
      const trainer = await create({ optimizer });
      const losses = await train(trainer, 80, 0.05);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
      await trainer.release();
    });
  }
});

describe('Trainer', () => {
  it('leaves the given model alone, and exports all of it', async () => {
    const model = perceptron();
    const before = numbers(model.graph.initializers);
    const trainer = await create({ model });
    await train(trainer, 3, 0.1);
    expect(numbers(model.graph.initializers)).toEqual(before);
    const exported = await trainer.model();
    expect(exported.graph.inputs).toEqual(model.graph.inputs);
    expect(exported.graph.outputs).toEqual(model.graph.outputs);
    expect(exported.opsetImports).toEqual(model.opsetImports);
    expect([...exported.graph.initializers.keys()]).toEqual([...model.graph.initializers.keys()]);
    expect(numbers(exported.graph.initializers)).toEqual(numbers(await trainer.tensors()));
    expect(numbers(exported.graph.initializers)).not.toEqual(before);
    await trainer.release();
  });

  it('gives the same weights every time, also from a checkpoint on', async () => {
    const options = { optimizer: { kind: 'adamw', weightDecay: 0.01 }, average: 0.9, masks: new Map() } as const;
    const whole = await create(options);
    await train(whole, 4, 0.01);
    const state = structuredClone(await whole.checkpoint());
    await train(whole, 4, 0.01);
    const resumed = await create(options);
    await resumed.restore(state);
    expect(resumed.step).toBe(4);
    await train(resumed, 4, 0.01);
    for (const which of ['current', 'average'] as const) {
      expect(numbers(await resumed.tensors(which))).toEqual(numbers(await whole.tensors(which)));
    }
    await whole.release();
    await resumed.release();
  });

  it('averages exponentially, with a short memory at first', async () => {
    const trainer = await create({ average: 0.3 });
    let average = numbers(await trainer.tensors());
    for (let step = 1; step <= 6; step++) {
      await train(trainer, 1, 0.1);
      const decay = Math.min(0.3, step / (step + 9));
      const current = numbers(await trainer.tensors());
      average = average.map((mean, i) => decay * mean + (1 - decay) * current[i]!);
    }
    const found = numbers(await trainer.tensors('average'));
    expect(Math.max(...found.map((value, i) => Math.abs(value - average[i]!)))).toBeLessThan(1e-6);
    await trainer.release();
  });

  for (const kind of ['sgd', 'adamw'] as const) {
    it(`keeps masked weights zero with ${kind}, and lets others learn`, async () => {
      const mask = Uint8Array.from({ length: 96 }, (_, i) => (i % 3 === 0 ? 1 : 0));
      const masks = new Map([['first.w', mask]]);
      // No rectifiers: a unit whose weights are all zero must not die.
      const model = perceptron('Tanh');
      const trainer = await create({ model, masks, average: 0.9, optimizer: { kind, weightDecay: 0.01 } });
      await train(trainer, 10, 0.05);
      const start = perceptron().graph.initializers.get('first.w')!.toFloat32();
      for (const which of ['current', 'average'] as const) {
        const weight = (await trainer.tensors(which)).get('first.w')!.toFloat32();
        weight.forEach((w, i) => (mask[i] ? expect(w).not.toBe(start[i]) : expect(w).toBe(0)));
      }
      // Others take their places: the old ones are gone at once, the new ones begin to move.
      const turned = mask.map((live) => 1 - live);
      await trainer.setMasks(new Map([['first.w', turned]]));
      expect([...(await trainer.tensors()).get('first.w')!.toFloat32()].every((w) => w === 0)).toBe(true);
      await train(trainer, 2, 0.05);
      const moved = (await trainer.tensors()).get('first.w')!.toFloat32();
      moved.forEach((w, i) => (turned[i] ? expect(w).not.toBe(0) : expect(w).toBe(0)));
      await trainer.release();
    });
  }

  it('gives gradients of masked weights too, for those that choose which live', async () => {
    const trainer = await create({ masks: new Map([['first.w', new Uint8Array(96)]]) });
    const { gradient } = await trainer.gradient(batch(1));
    // With a first layer of zeros only its biases, and what they let through, have gradients: and it has some.
    const part = trainer.weights.find(({ name }) => name === 'first.w')!;
    expect(gradient.subarray(part.offset, part.offset + part.size).some((g) => g !== 0)).toBe(true);
    await trainer.release();
  });

  it('freezes weights by name or by layer, and slows others down', async () => {
    const trainer = await create({
      frozen: ['first', 'scores.b'],
      rates: [{ layers: 'scores', factor: 0.5 }],
      optimizer: { kind: 'sgd', momentum: 0 },
    });
    expect(trainer.weights.map(({ name }) => name)).toEqual(['scores.w']);
    const before = numbers(await trainer.tensors());
    const { gradient } = await trainer.gradient(batch(0));
    await trainer.train(batch(0), 0.2);
    const after = numbers(await trainer.tensors());
    after.forEach((w, i) => expect(w).toBeCloseTo(before[i]! - 0.1 * gradient[i]!, 6));
    await trainer.release();
  });

  it('freezes what is before an operator without a gradient, and names it', async () => {
    const trainer = await create({ model: perceptron('Hardmax') });
    expect(trainer.weights.map(({ name }) => name)).toEqual(['scores.w', 'scores.b']);
    expect(trainer.blocked).toEqual([{ node: 'hidden', opType: 'Hardmax', weights: ['first.w', 'first.b'] }]);
    await trainer.release();
  });

  it('refuses when nothing is left to learn', async () => {
    await expect(create({ model: perceptron('Hardmax'), frozen: ['scores'] })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'Nothing can be trained: there is no gradient for Hardmax.',
      at: { node: 'hidden' },
    });
    await expect(create({ frozen: ['**'] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(create({ losses: [{ loss: crossEntropy({ scores: 'nothing' }) }] })).rejects.toMatchObject({
      code: 'USAGE',
      at: { value: 'nothing' },
    });
  });
});
