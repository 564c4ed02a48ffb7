/** Training of a real network with batch norms, the sample, on noise with labels. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import { Runtime } from '../runtime/runtime.ts';
import { tapModel } from '../runtime/tap.ts';
import { bytesOf } from '../tensor/codec.ts';
import { tensorValue, type Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { inputs } from './optimizers.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

let runtime: Runtime;
let digits: Model;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  digits = readModel('samples/digits.onnx');
});

afterAll(() => runtime.close());

const batch = 8;
const dims = [batch, 1, 28, 28];

function noise(seed: number): Feeds {
  const random = new Random(seed);
  const x = Float32Array.from({ length: batch * 28 * 28 }, () => random.normal());
  const labels = BigInt64Array.from({ length: batch }, () => BigInt(random.below(10)));
  return { image: tensorValue('float32', dims, x), labels: tensorValue('int64', [batch], labels) };
}

async function create(more: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const losses = [{ loss: crossEntropy({ scores: 'digit' }) }];
  return Trainer.create(runtime, { model: digits, batch, losses, optimizer: { kind: 'adam' }, ...more });
}

/** Bit by bit. */
function same(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

/** [mean, unbiased variance] of each channel of what the first convolution makes of `feeds`. */
async function stemStatistics(feeds: Feeds): Promise<{ mean: number[]; variance: number[] }> {
  const value = digits.graph.nodes.find((node) => node.is('BatchNormalization'))!.inputs[0]!;
  const session = await runtime.load(tapModel(digits, [value]), { optimization: 'disabled' });
  const results = await session.run({ image: feeds['image']! }, [value]);
  await session.release();
  const { dims: made, data } = results[value]!;
  const [, channels = 0, height = 0, width = 0] = made;
  const area = height * width;
  const mean: number[] = [];
  const variance: number[] = [];
  for (let c = 0; c < channels; c++) {
    const own: number[] = [];
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + c) * area;
      own.push(...(data as Float32Array).subarray(start, start + area));
    }
    const average = own.reduce((a, b) => a + b, 0) / own.length;
    mean.push(average);
    variance.push(own.reduce((sum, x) => sum + (x - average) ** 2, 0) / (own.length - 1));
  }
  return { mean, variance };
}

describe('a network with batch norms', () => {
  it('learns a batch by heart', async () => {
    const trainer = await create();
    const first = await trainer.train(noise(1), 0.003);
    for (let step = 0; step < 5; step++) await trainer.train(noise(1), 0.003);
    expect((await trainer.train(noise(1), 0)).loss).toBeLessThan(first.loss / 20);
    await trainer.release();
  });

  it('keeps running averages of what passes its batch norms, and writes over nothing else', async () => {
    const momentum = 0.75;
    const trainer = await create({ batchNormMomentum: momentum });
    const before = await trainer.gradient(noise(2));
    await trainer.train(noise(2), 0);
    await trainer.train(noise(2), 0);
    const after = await trainer.gradient(noise(2));
    expect(same(after.gradient, before.gradient)).toBe(true);

    const tensors = await trainer.tensors();
    const { mean, variance } = await stemStatistics(noise(2));
    for (const [name, wanted] of [['stem.bn.running_mean', mean], ['stem.bn.running_var', variance]] as const) {
      const old = digits.graph.initializers.get(name)!.toFloat32();
      const found = tensors.get(name)!.toFloat32();
      wanted.forEach((value, i) => {
        const twice = momentum ** 2 * old[i]! + (1 - momentum ** 2) * value;
        expect(Math.abs(found[i]! - twice)).toBeLessThan(1e-5 * Math.max(1, Math.abs(twice)));
      });
    }
    for (const { name } of trainer.weights) {
      const given = digits.graph.initializers.get(name)!;
      expect(same(tensors.get(name)!.toFloat32(), given.toFloat32())).toBe(true);
    }
    await trainer.release();
  });

  it('exports what it evaluated: frozen, its loss is the exported model\'s', async () => {
    const trainer = await create({ batchNorm: 'frozen' });
    for (let step = 0; step < 3; step++) await trainer.train(noise(step), 0.001);
    const { loss } = await trainer.train(noise(9), 0);
    const session = await runtime.load(await trainer.model());
    const { image, labels } = noise(9);
    const results = await session.run({ image: image! });
    const scores = results['digit']!.data as Float32Array;
    let sum = 0;
    for (let row = 0; row < batch; row++) {
      const own = [...scores.subarray(row * 10, row * 10 + 10)];
      const total = own.reduce((a, score) => a + Math.exp(score), 0);
      sum -= own[Number((labels!.data as BigInt64Array)[row]!)]! - Math.log(total);
    }
    expect(loss).toBeCloseTo(sum / batch, 4);
    await session.release();
    await trainer.release();
  });

  it('gives the same weights every time, on two threads as well', async () => {
    const weights: Float32Array[] = [];
    for (let run = 0; run < 2; run++) {
      const trainer = await create({ threads: 2, average: 0.9, optimizer: { kind: 'adamw', weightDecay: 0.01 } });
      for (let step = 0; step < 4; step++) await trainer.train(noise(step), 0.001);
      weights.push((await trainer.checkpoint()).tensors[inputs.weights]!.data as Float32Array);
      await trainer.release();
    }
    expect(same(weights[0]!, weights[1]!)).toBe(true);
  });

  for (const batchNorm of ['training', 'frozen'] as const) {
    it(`has the gradient of finite differences in random directions, batch norms ${batchNorm}`, async () => {
      const trainer = await create({ batchNorm });
      const { gradient } = await trainer.gradient(noise(3));
      const random = new Random(4);
      const start = await trainer.checkpoint();
      const weights = start.tensors[inputs.weights]!.data as Float32Array;
      for (let round = 0; round < 3; round++) {
        const direction = gradient.map((g) => Math.sign(g) * random.next());
        const lossAt = async (distance: number): Promise<number> => {
          const data = weights.map((w, i) => w + distance * direction[i]!);
          const moved = tensorValue('float32', [data.length], data);
          await trainer.restore({ ...start, tensors: { ...start.tensors, [inputs.weights]: moved } });
          const { loss } = await trainer.gradient(noise(3));
          return loss;
        };
        const step = 2e-5;
        const expected = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        const found = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
        expect(Math.abs(found / expected - 1)).toBeLessThan(0.02);
      }
      await trainer.release();
    });
  }
});
