/** Every weight to the nearest code of its block: what all other ways begin with and are compared with. */

import { chooseScale, codeOf } from './block-scale.ts';
import {
  blocksOf, fitsHalfScales, type BlockGrid, type BlockWeights, type WeightMatrix,
} from './block-weights.ts';

/**
 * @param search try smaller ranges and take the one of least error; else ranges cover every weight
 * @param importance [columns]: how much squared errors of a column count, for the search
 */
export function roundToNearest(
  matrix: WeightMatrix,
  grid: BlockGrid,
  search: boolean,
  importance?: Float64Array,
): BlockWeights {
  const { rows, columns, values } = matrix;
  const { bits, blockSize, zeroPoints: stored } = grid;
  const blocks = blocksOf(columns, blockSize);
  const halfScales = fitsHalfScales(matrix, bits);
  const options = { bits, zeroPoints: stored, halfScales, search };
  const codes = new Uint8Array(rows * columns);
  const scales = new Float32Array(rows * blocks);
  const zeroPoints = new Uint8Array(rows * blocks);
  const top = 2 ** bits - 1;
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * columns, (row + 1) * columns);
    for (let block = 0; block < blocks; block++) {
      const start = block * blockSize;
      const end = Math.min(columns, start + blockSize);
      const { scale, zeroPoint } = chooseScale(own, start, end, options, importance);
      scales[row * blocks + block] = scale;
      zeroPoints[row * blocks + block] = zeroPoint;
      for (let k = start; k < end; k++) codes[row * columns + k] = codeOf(own[k]!, scale, zeroPoint, top);
    }
  }
  return { grid, rows, columns, codes, scales, zeroPoints, halfScales };
}
