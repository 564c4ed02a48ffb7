import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../test/passes/network.ts';
import type { Model } from '../model/model.ts';
import { Runtime } from '../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

function perceptron(): Model {
  const net = new Network(3);
  net.input('x', ['n', 6]);
  net.gemm('scores', net.relu('hidden', net.gemm('first', 'x', [6, 16])), [16, 3]);
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

const base = {
  batch: 32,
  losses: [{ loss: crossEntropy({ scores: 'scores' }) }],
  optimizer: { kind: 'sgd' },
} as const;

interface Trained {
  readonly trainer: Trainer;
  readonly losses: number[];
}

async function train(options: TrainerOptions, steps: number, rate: number): Promise<Trained> {
  const trainer = await Trainer.create(runtime, options);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await trainer.train(batch(step), rate)).loss);
  return { trainer, losses };
}

describe('Trainer', () => {
  for (const kind of ['sgd', 'adam', 'adamw'] as const) {
    it(`lowers the loss with ${kind}`, async () => {
      const options = { ...base, model: perceptron(), optimizer: { kind, weightDecay: 1e-4, clipNorm: 5 } };
      const { trainer, losses } = await train(options, 60, kind === 'sgd' ? 0.1 : 0.02);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
      await trainer.release();
    });
  }
});
