import { expect, it } from 'vitest';
import { noise } from '../../../../test/passes/same-results.ts';
import { regressionObserver } from './regression.ts';

/** Upper triangle of the sum of z·zᵀ over `rows`. */
function products(rows: readonly (readonly number[])[]): number[] {
  const n = rows[0]!.length;
  return Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i > j ? 0 : rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
  });
}

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
}

it('sums products of inputs, one and wanted outputs over rows', () => {
  const [x, y] = [noise([1, 5, 3], 1), noise([1, 5, 4], 2)];
  const observer = regressionObserver.create({
    kind: 'regression', tap: 'x', target: 'y', channels: [2, 0], positions: 100, seed: 0,
  });
  observer.update([x, y]);
  const [a, b] = [x.data as Float32Array, y.data as Float32Array];
  const rows = Array.from({ length: 5 }, (_, r) =>
    [...a.subarray(r * 3, r * 3 + 3), 1, b[r * 4 + 2]!, b[r * 4]!]);
  const { inputs, count, sums } = observer.result();
  expect([inputs, count]).toEqual([3, 5]);
  expectClose(sums, products(rows));
});

it('reads what lies under the kernel at the place of the output', () => {
  const [x, y] = [noise([1, 2, 4, 4], 3), noise([1, 3, 2, 2], 4)];
  const observer = regressionObserver.create({
    kind: 'regression',
    tap: 'x',
    target: 'y',
    channels: [1],
    patch: { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], padsBegin: [1, 1], padsEnd: [0, 0], groups: 1 },
    positions: 100,
    seed: 0,
  });
  observer.update([x, y]);
  const at = (c: number, row: number, column: number): number =>
    (row < 0 || column < 0 || row > 3 || column > 3 ? 0 : (x.data as Float32Array)[c * 16 + row * 4 + column]!);
  const rows = [0, 1, 2, 3].map((position) => {
    const [row, column] = [Math.floor(position / 2) * 2 - 1, (position % 2) * 2 - 1];
    const under = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((tap) =>
      [0, 1].map((c) => at(c, row + Math.floor(tap / 3), column + (tap % 3))));
    return [...under, 1, (y.data as Float32Array)[4 + position]!];
  });
  expectClose(observer.result().sums, products(rows));
});

it('takes what others add from the wanted outputs, where both have one shape', () => {
  const [x, y, less] = [noise([4, 2], 5), noise([4, 1], 6), noise([4, 1], 7)];
  const observer = regressionObserver.create({
    kind: 'regression', tap: 'x', target: 'y', less: 'less', channels: [0], positions: 100, seed: 0,
  });
  observer.update([x, y, less]);
  observer.update([x, y, noise([1, 1], 8)]);
  const [a, b, c] = [x, y, less].map(({ data }) => data as Float32Array);
  const rows = [0, 1, 2, 3].map((r) => [a![r * 2]!, a![r * 2 + 1]!, 1, b![r]! - c![r]!]);
  expect(observer.result().count).toBe(4);
  expectClose(observer.result().sums, products(rows));
});
