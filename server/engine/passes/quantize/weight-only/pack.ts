/** Few-bit codes as bytes: low bits first, every block padded to whole bytes. */

import { packSubByte } from '../../../tensor/codec.ts';
import { blocksOf, type BlockWeights, type WeightBits } from './block-weights.ts';

/**
 * [rows, blocks, blockSize * bits / 8]: the `B` of onnxruntime's MatMulNBits, for 2, 4 and 8 bits. What fills up the
 * last block of a row is zero.
 */
export function packBlocks(weights: BlockWeights): Uint8Array {
  return packWith(weights, weights.grid.bits, (code) => code);
}

/**
 * Codes of 3 bits as two planes, which bytes hold whole: the lower two bits [rows, blocks, blockSize / 4] and the upper
 * one [rows, blocks, blockSize / 8].
 */
export function packPlanes(weights: BlockWeights): { readonly low: Uint8Array; readonly high: Uint8Array } {
  return { low: packWith(weights, 2, (code) => code & 3), high: packWith(weights, 1, (code) => code >> 2) };
}

function packWith(weights: BlockWeights, width: WeightBits | 1, part: (code: number) => number): Uint8Array {
  const { grid: { blockSize }, rows, columns, codes, zeroPoints } = weights;
  const blocks = blocksOf(columns, blockSize);
  const perByte = 8 / width;
  const bytesPerBlock = blockSize / perByte;
  const out = new Uint8Array(rows * blocks * bytesPerBlock);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const zero = part(zeroPoints[row * blocks + block]!);
      for (let i = 0; i < blockSize; i++) {
        const k = block * blockSize + i;
        const code = k < columns ? part(codes[row * columns + k]!) : zero;
        const at = (row * blocks + block) * bytesPerBlock + Math.floor(i / perByte);
        out[at]! |= code << ((i % perByte) * width);
      }
    }
  }
  return out;
}

/** [rows, ceil(columns * bits / 8)]: rows without padding between blocks, for GatherBlockQuantized. */
export function packRows({ grid: { bits }, rows, columns, codes }: BlockWeights): Uint8Array {
  return packEach(codes, rows, columns, bits);
}

/** [rows, ceil(blocks * bits / 8)]: the zero points of MatMulNBits and GatherBlockQuantized. */
export function packZeroPoints({ grid: { bits, blockSize }, rows, columns, zeroPoints }: BlockWeights): Uint8Array {
  return packEach(zeroPoints, rows, blocksOf(columns, blockSize), bits);
}

function packEach(codes: Uint8Array, rows: number, columns: number, bits: WeightBits): Uint8Array {
  if (bits === 8) return codes;
  const type = bits === 2 ? 'uint2' : 'uint4';
  const perRow = Math.ceil((columns * bits) / 8);
  const out = new Uint8Array(rows * perRow);
  for (let row = 0; row < rows; row++) {
    out.set(packSubByte(type, codes.subarray(row * columns, (row + 1) * columns)), row * perRow);
  }
  return out;
}
