/**
 * Integer weights as a model stores them: codes, scales and zero point. Small tensors are searched for the scale of
 * least error at once; large ones are quantized row by row while they are written, so that memory does not grow with
 * the model.
 */

import { Tensor, type TensorStorage } from '../../model/tensor.ts';
import { bytesOf, roundHalfEven, toFloat32 } from '../../tensor/codec.ts';
import { bitsPerElement, integerRange } from '../../tensor/dtype.ts';
import { decibels } from '../../tensor/affine.ts';
import { matrixLayout, quantizeWeights } from './weights.ts';

export interface StoredWeights {
  /** int8, of the same shape as the weight. */
  readonly codes: Tensor;
  /** float32 [columns]. */
  readonly scales: Tensor;
  readonly sqnrDb: number;
}

/** Above this many elements codes are made while the file is written. */
const streamedElements = 8 * 2 ** 20;
/** Rows read at a time, about: 4 MB of float32. */
const chunkElements = 2 ** 20;

/**
 * Quantizes a matrix [rows, columns] with one scale per column (`axis` 1) or per row (`axis` 0).
 *
 * @param pairSafe keep neighbouring weights of a column within what 16-bit sums hold (see `WeightOptions.pairSafe`)
 */
export function storeMatrix(weight: Tensor, axis: 0 | 1, pairSafe: boolean): StoredWeights {
  if (weight.size > streamedElements) return streamMatrix(weight, axis, pairSafe);
  const layout = matrixLayout(weight.dims, axis === 0);
  const quantized = quantizeWeights(weight.toFloat32(), layout, {
    type: 'int8',
    perChannel: true,
    pairSafe,
    search: true,
  });
  return {
    codes: Tensor.fromBytes(`${weight.name}_q`, 'int8', weight.dims, quantized.codes),
    scales: Tensor.from(`${weight.name}_scale`, 'float32', [layout.channels], quantized.scales),
    sqnrDb: decibels(quantized.signalPower, quantized.noisePower),
  };
}

function streamMatrix(weight: Tensor, axis: 0 | 1, pairSafe: boolean): StoredWeights {
  const { max } = integerRange('int8');
  const scales = streamedScales(weight, axis, pairSafe, max);
  const [, columns = 1] = weight.dims;
  const reader = rowReader(weight);
  const storage: TensorStorage = {
    byteLength: weight.size,
    read: (start = 0, end = weight.size) => {
      const out = new Int8Array(end - start);
      const firstRow = Math.floor(start / columns);
      const lastRow = Math.ceil(end / columns);
      const rowsAtOnce = Math.max(1, Math.floor(chunkElements / columns));
      for (let row = firstRow; row < lastRow; row += rowsAtOnce) {
        const stop = Math.min(lastRow, row + rowsAtOnce);
        const values = reader(row, stop);
        for (let i = 0; i < values.length; i++) {
          const at = row * columns + i;
          if (at < start || at >= end) continue;
          const scale = scales[axis === 0 ? Math.floor(at / columns) : at % columns]!;
          out[at - start] = Math.min(max, Math.max(-max, roundHalfEven(values[i]! / scale)));
        }
      }
      return bytesOf(out);
    },
  };
  return {
    codes: new Tensor({ name: `${weight.name}_q`, dtype: 'int8', dims: weight.dims, storage }),
    scales: Tensor.from(`${weight.name}_scale`, 'float32', [scales.length], scales),
    sqnrDb: NaN,
  };
}

/** Scales that cover every weight and, when asked, make every pair of one sign safe without touching its codes. */
function streamedScales(weight: Tensor, axis: 0 | 1, pairSafe: boolean, limit: number): Float32Array {
  const [rows = 1, columns = 1] = weight.dims;
  const largest = new Float64Array(axis === 0 ? rows : columns);
  // An even number of rows at a time keeps the pairs of a column together.
  const rowsAtOnce = 2 * Math.max(1, Math.floor(chunkElements / columns / 2));
  const reader = rowReader(weight);
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const stop = Math.min(rows, row + rowsAtOnce);
    const values = reader(row, stop);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const r = row + Math.floor(i / columns);
      const c = i % columns;
      const channel = axis === 0 ? r : c;
      largest[channel] = Math.max(largest[channel]!, Math.abs(value) / limit);
      if (!pairSafe) continue;
      const reduction = axis === 0 ? c : r;
      const partner = axis === 0 ? i + 1 : i + columns;
      if (reduction % 2 === 1 || partner >= values.length || (axis === 0 && c + 1 >= columns)) continue;
      const other = values[partner]!;
      // Rounding may add half a code to each member: 127 instead of 128 leaves room for it.
      if (value * other > 0) largest[channel] = Math.max(largest[channel], Math.abs(value + other) / limit);
    }
  }
  return Float32Array.from(largest, (scale) => scale || 1e-8);
}

/** Reads rows [first, last) of a matrix as float32. */
function rowReader(weight: Tensor): (first: number, last: number) => Float32Array {
  const [, columns = 1] = weight.dims;
  const rowBytes = (columns * bitsPerElement(weight.dtype)) / 8;
  return (first, last) => {
    const bytes = weight.storage.read(first * rowBytes, last * rowBytes);
    return toFloat32(weight.dtype, bytes, (last - first) * columns);
  };
}
