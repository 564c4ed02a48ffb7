import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe('Random', () => {
  it('repeats itself for the same seeds and differs for any other', () => {
    const first = (...seeds: number[]): string => draw(4, ((random) => () => random.uint32())(new Random(...seeds)))
      .join();
    expect(first(1, 2)).toBe(first(1, 2));
    const seeds = [[0], [1], [2], [1, 2], [2, 1], [1, 0], [-1], [2 ** 31]];
    expect(new Set(seeds.map((seed) => first(...seed))).size).toBe(seeds.length);
  });

  it('is uniform: chi-squared of 64 boxes', () => {
    const random = new Random(3);
    const boxes = new Array<number>(64).fill(0);
    const total = 64_000;
    for (let i = 0; i < total; i++) {
      const box = random.below(64);
      boxes[box] = boxes[box]! + 1;
    }
    const chi = boxes.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 63 degrees of freedom: the middle 99.99 % lie between 28 and 113.
    expect(chi).toBeGreaterThan(28);
    expect(chi).toBeLessThan(113);
  });

  it('draws below bounds that are no powers of two without favour', () => {
    const random = new Random(4);
    const bound = 3 * 2 ** 30;
    const low = draw(20_000, () => random.below(bound)).filter((value) => value < 2 ** 30).length;
    expect(Math.abs(low / 20_000 - 1 / 3)).toBeLessThan(0.015);
  });

  it('is normal: mean, variance, fourth moment, independence of neighbours', () => {
    const random = new Random(5);
    const values = draw(50_000, () => random.normal());
    const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
    const neighbours = values.reduce((sum, x, i) => sum + x * (values[i + 1] ?? 0), 0) / values.length;
    expect(Math.abs(neighbours)).toBeLessThan(0.02);
  });

  it('shuffles fairly', () => {
    const random = new Random(6);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
