/**
 * Integer weights as a model stores them: codes, scales and zero point. Small tensors are searched for the scale of
 * least error at once; large ones are quantized row by row while they are written, so that memory does not grow with
 * the model.
 */

import { LatheError } from '../../errors.ts';
import { Tensor, type TensorStorage } from '../../model/tensor.ts';
import { bytesOf, roundHalfEven, toFloat32 } from '../../tensor/codec.ts';
import { packedByteLength } from '../../tensor/dtype.ts';
import { decibels } from '../../tensor/affine.ts';
import { largestCode, matrixLayout, quantizeWeights, scaleOfZeros } from './weights.ts';

export interface StoredWeights {
  /** int8, of the same shape as the weight. */
  readonly codes: Tensor;
  /** float32, one per column or row. */
  readonly scales: Tensor;
  /** NaN where the codes are not made before they are written. */
  readonly sqnrDb: number;
}

/** Above this many elements codes are made while the file is written. */
const streamedElements = 8 * 2 ** 20;
/** Elements read at a time, about: 4 MB of float32. */
const chunkElements = 2 ** 20;

/**
 * Quantizes a matrix [rows, columns] with one scale per column (`axis` 1) or per row (`axis` 0).
 *
 * @param pairSafe keep neighbouring weights of a column within what 16-bit sums hold (see `WeightOptions.pairSafe`)
 * @throws LatheError `UNSUPPORTED` when a weight is infinite or not a number
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
  const [, columns = 1] = weight.dims;
  const scales = streamedScales(weight, axis, pairSafe);
  const storage: TensorStorage = {
    byteLength: weight.size,
    read: (start = 0, end = weight.size) => {
      const codes = new Int8Array(end - start);
      for (let first = start; first < end; first += chunkElements) {
        const values = readElements(weight, first, Math.min(end, first + chunkElements));
        let row = Math.floor(first / columns);
        let column = first % columns;
        for (let i = 0; i < values.length; i++) {
          const code = roundHalfEven(values[i]! / scales[axis === 0 ? row : column]!);
          codes[first - start + i] = Math.min(largestCode, Math.max(-largestCode, code));
          column += 1;
          if (column < columns) continue;
          column = 0;
          row += 1;
        }
      }
      return bytesOf(codes);
    },
  };
  return {
    codes: new Tensor({ name: `${weight.name}_q`, dtype: 'int8', dims: weight.dims, storage }),
    scales: Tensor.from(`${weight.name}_scale`, 'float32', [scales.length], scales),
    sqnrDb: NaN,
  };
}

/** Scales that cover every weight and, when asked, make every pair of one sign safe without touching its codes. */
function streamedScales(weight: Tensor, axis: 0 | 1, pairSafe: boolean): Float32Array {
  const [rows = 1, columns = 1] = weight.dims;
  const largest = new Float64Array(axis === 0 ? rows : columns);
  // An even number of rows at a time keeps the pairs of a column together.
  const rowsAtOnce = 2 * Math.max(1, Math.floor(chunkElements / columns / 2));
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rows - first, rowsAtOnce);
    const values = readElements(weight, first * columns, (first + count) * columns);
    for (let r = 0; r < count; r++) {
      for (let c = 0; c < columns; c++) {
        const i = r * columns + c;
        const channel = axis === 0 ? first + r : c;
        const value = values[i]!;
        let needed = Math.abs(value);
        const place = axis === 0 ? c : r;
        const hasPartner = place % 2 === 0 && place + 1 < (axis === 0 ? columns : count);
        if (pairSafe && hasPartner) {
          const partner = values[axis === 0 ? i + 1 : i + columns]!;
          if (value * partner > 0) needed = Math.abs(value + partner);
        }
        // With both at most half a code above, a sum of 127 codes comes to at most 128: the limit of a pair.
        largest[channel] = Math.max(largest[channel]!, needed);
      }
    }
  }
  if (!largest.every(Number.isFinite)) {
    throw new LatheError('UNSUPPORTED', `The weight "${weight.name}" has values that are infinite or not a number.`, {
      fix: 'Keep this layer float.',
      at: { value: weight.name },
    });
  }
  return Float32Array.from(largest, (value) => Math.fround(value / largestCode) || scaleOfZeros);
}

/** Elements [first, last) as float32. */
function readElements(weight: Tensor, first: number, last: number): Float32Array {
  const at = (element: number): number => packedByteLength(weight.dtype, element);
  return toFloat32(weight.dtype, weight.storage.read(at(first), at(last)), last - first);
}
