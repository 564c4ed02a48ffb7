import { describe, expect, it } from 'vitest';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import type { Dataset } from '../dataset.ts';
import { SampleList, type Entry } from '../sample-list.ts';
import { batchesPerEpoch, joinSamples, trainingBatches, type Batch } from './batches.ts';
import { epochOrder } from './epoch-order.ts';

/** Sample i feeds [i, -i] and has the label i modulo 3. */
function numbers(size: number, augment: Dataset['augment'] = []): Dataset {
  const entries = Array.from({ length: size }, (_, i): Entry => ({ id: String(i), label: i % 3 }));
  return new SampleList({
    description: '',
    notes: [],
    entries,
    augment,
    read: ({ id }) => Promise.resolve({
      feeds: { x: tensorValue('float32', [1, 2], new Float32Array([Number(id), -Number(id)])) },
    }),
  });
}

async function epochOf(dataset: Dataset, batch: number, epoch: number, start = 0): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const one of trainingBatches(dataset, { batch, seed: 7, epoch, start })) batches.push(one);
  return batches;
}

const first = ({ feeds }: Batch): number[] =>
  Array.from(feeds['x']!.data as Float32Array).filter((_, i) => i % 2 === 0);

describe('trainingBatches', () => {
  it('gives every sample at most once an epoch, in another order each epoch', async () => {
    const a = await epochOf(numbers(11), 3, 0);
    expect(a).toHaveLength(batchesPerEpoch(11, 3));
    const seen = a.flatMap(first);
    expect(new Set(seen).size).toBe(9);
    expect(seen).toEqual(epochOrder(11, 7, 0).slice(0, 9));
    expect((await epochOf(numbers(11), 3, 1)).flatMap(first)).not.toEqual(seen);
    expect((await epochOf(numbers(11), 3, 0)).flatMap(first)).toEqual(seen);
  });

  it('begins anywhere with what would have come there', async () => {
    const whole = await epochOf(numbers(20), 4, 2);
    expect(await epochOf(numbers(20), 4, 2, 3)).toEqual(whole.slice(3));
  });

  it('has the classes of its rows', async () => {
    for (const batch of await epochOf(numbers(9), 3, 0)) {
      expect(Array.from(batch.classes!)).toEqual(batch.samples.map((i) => i % 3));
    }
  });

  it('fills a batch that is larger than the data set', async () => {
    const [batch, ...others] = await epochOf(numbers(3), 8, 0);
    expect(others).toEqual([]);
    expect(batch!.feeds['x']!.dims).toEqual([8, 2]);
    expect(new Set(batch!.samples)).toEqual(new Set([0, 1, 2]));
  });

  it('blends rows and tells how', async () => {
    const [plain] = await epochOf(numbers(8), 8, 0);
    const [mixed] = await epochOf(numbers(8, ['mixup']), 8, 0);
    const { partner, own } = mixed!.mix!;
    const from = first(plain!);
    for (const [i, value] of first(mixed!).entries()) {
      expect(own[i]).toBeGreaterThanOrEqual(0.5);
      expect(value).toBeCloseTo(own[i]! * from[i]! + (1 - own[i]!) * from[partner[i]!]!, 5);
    }
    expect(first(mixed!)).not.toEqual(from);
  });
});

describe('joinSamples', () => {
  const sample = (id: string, dims: readonly number[]): { id: string; feeds: Feeds } =>
    ({ id, feeds: { x: tensorValue('float32', dims, new Float32Array(dims.reduce((a, b) => a * b, 1))) } });

  it('names the sample that does not fit', () => {
    expect(() => joinSamples([sample('a', [1, 2]), sample('b', [1, 3])])).toThrow(/"b" has \[1, 3\]/);
  });
});
