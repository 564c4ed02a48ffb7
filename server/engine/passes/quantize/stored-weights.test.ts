import { describe, expect, it } from 'vitest';
import { Tensor, type TensorStorage } from '../../model/tensor.ts';
import { bytesOf } from '../../tensor/codec.ts';
import { storeMatrix } from './stored-weights.ts';

const chunkElements = 2 ** 20;

/** Rows and columns of more elements than are stored at once; odd, and with chunks that end inside a row. */
const rows = 8389;
const columns = 1001;

/** Mostly neighbours of one sign and large, so that pairs exceed 16 bits; the largest are near the end. */
function makeValues(): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let r = 0, i = 0; r < rows; r++) {
    const most = r > 0.99 * rows ? 1 : 0.9;
    for (let c = 0; c < columns; c++, i++) {
      const magnitude = most * (1 - ((r * 31 + c * 17) % 97) / 300);
      values[i] = r % 1000 > 500 && c % 8 < 4 ? -magnitude : magnitude;
    }
  }
  return values;
}

interface Watched {
  readonly weight: Tensor;
  /** Bytes of each read. */
  readonly reads: number[];
}

function watched(values: Float32Array): Watched {
  const reads: number[] = [];
  const bytes = bytesOf(values);
  const storage: TensorStorage = {
    byteLength: bytes.byteLength,
    read: (start = 0, end = bytes.byteLength) => {
      reads.push(end - start);
      return bytes.subarray(start, end);
    },
  };
  return { weight: new Tensor({ name: 'w', dtype: 'float32', dims: [rows, columns], storage }), reads };
}

describe('storeMatrix', () => {
  it.each([0, 1] as const)('stores a small matrix at once, one scale per index of axis %i', (axis) => {
    const weight = Tensor.from('w', 'float32', [2, 3], [1, -2, 3, 0.5, 4, 6]);
    const { codes, scales, sqnrDb } = storeMatrix(weight, axis, false);
    expect([codes.dtype, codes.dims, scales.dims]).toEqual(['int8', [2, 3], [axis === 0 ? 2 : 3]]);
    const scale = scales.toNumbers();
    codes.toNumbers().forEach((code, i) => {
      const own = scale[axis === 0 ? Math.floor(i / 3) : i % 3]!;
      expect(Math.abs(code * own - weight.toNumbers()[i]!)).toBeLessThanOrEqual(own / 2 + 1e-6);
    });
    expect(sqnrDb).toBeGreaterThan(40);
  });

  describe('of a large matrix', () => {
    const values = makeValues();
    const { weight, reads } = watched(values);

    it.each([0, 1] as const)('covers every element, axis %i', (axis) => {
      const { codes, scales } = storeMatrix(weight, axis, false);
      const largest = new Float64Array(axis === 0 ? rows : columns);
      const scale = scales.toFloat32();
      const stored = codes.values() as Int8Array;
      let wrong = 0;
      for (let r = 0, i = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++, i++) {
          const channel = axis === 0 ? r : c;
          largest[channel] = Math.max(largest[channel]!, Math.abs(values[i]!));
          if (Math.abs(stored[i]! * scale[channel]! - values[i]!) > scale[channel]! * 0.500001) wrong += 1;
        }
      }
      expect(scale).toEqual(Float32Array.from(largest, (value) => value / 127));
      expect(wrong).toBe(0);
    });

    it('gives any part of the codes as the whole has it, reading no more than that', () => {
      const { codes } = storeMatrix(weight, 1, true);
      const whole = codes.storage.read();
      expect(Math.max(...reads)).toBeLessThanOrEqual(4 * chunkElements);
      const parts = [
        [0, 0], [0, 1], [1000, 1002], [columns - 1, 3 * columns + 5], [chunkElements - 3, chunkElements + 3],
        [1, 2 * chunkElements + 2], [rows * columns - 1, rows * columns],
      ] as const;
      for (const [start, end] of parts) {
        reads.length = 0;
        expect(Buffer.from(codes.storage.read(start, end)).equals(whole.subarray(start, end))).toBe(true);
        expect(reads.reduce((sum, size) => sum + size, 0)).toBe(4 * (end - start));
      }
    });

    it.each([0, 1] as const)('keeps pairs along the sum within 16 bits, axis %i', (axis) => {
      const { codes, scales } = storeMatrix(weight, axis, true);
      const stored = codes.values() as Int8Array;
      // No channel's scale is wider than its largest weight or pair asks.
      const needed = Float64Array.from(scales.toFloat32(), () => 0);
      let largest = 0;
      const step = axis === 0 ? 1 : columns;
      const end = axis === 0 ? columns : rows;
      for (let r = 0, i = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++, i++) {
          const place = axis === 0 ? c : r;
          const channel = axis === 0 ? r : c;
          let most = Math.abs(values[i]!);
          if (place % 2 === 0 && place + 1 < end) {
            most = Math.max(most, Math.abs(values[i]! + values[i + step]!));
            const [a, b] = [stored[i]!, stored[i + step]!];
            if (a * b > 0) largest = Math.max(largest, Math.abs(a + b));
          }
          if (most > needed[channel]!) needed[channel] = most;
        }
      }
      expect([largest <= 128, largest > 120]).toEqual([true, true]);
      expect(scales.toFloat32()).toEqual(Float32Array.from(needed, (value) => value / 127));
    });

    it('gives columns of zeros a scale, and refuses what is not finite', () => {
      const changed = values.slice();
      for (let r = 0; r < rows; r++) changed[r * columns + 4] = 0;
      expect(storeMatrix(watched(changed).weight, 1, false).scales.toNumbers()[4]).toBeGreaterThan(0);
      changed[5_000_000] = NaN;
      expect(() => storeMatrix(watched(changed).weight, 1, false)).toThrow('"w" has values');
    });
  });
});
