/**
 * Affine quantization: real = (code - zeroPoint) * scale, as QuantizeLinear and DequantizeLinear of ONNX define it
 * (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference").
 */

import { integerRange, type DataType } from './dtype.ts';

/** Integer types that activations and weights may take. */
export type QuantizedType = Extract<DataType, 'int8' | 'uint8' | 'int16' | 'uint16' | 'int4' | 'uint4'>;

export interface AffineParams {
  readonly type: QuantizedType;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** An interval of real numbers that a quantized tensor shall cover. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Below this width a range is widened: a scale of a denormal number is useless to every runtime. */
const minimumWidth = 1e-7;

/**
 * Scale and zero point that cover `range` with all codes of `type`. The range is first widened to hold zero, which
 * must be exact (padding, ReLU). The scale is rounded to float32, as it will be stored.
 *
 * @param symmetric zero point in the middle (0 for signed types, half the range for unsigned ones)
 */
export function affineParams(range: Range, type: QuantizedType, symmetric: boolean): AffineParams {
  const codes = integerRange(type);
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  if (symmetric) {
    const zeroPoint = type.startsWith('u') ? (codes.max + 1) / 2 : 0;
    const bound = Math.max(-min, max, minimumWidth);
    return { type, scale: Math.fround(bound / (codes.max - zeroPoint)), zeroPoint };
  }
  const width = Math.max(max - min, minimumWidth);
  const scale = Math.fround(width / (codes.max - codes.min));
  const zeroPoint = Math.min(codes.max, Math.max(codes.min, Math.round(codes.min - min / scale)));
  return { type, scale, zeroPoint };
}

/** The interval of reals that the codes of `params` represent. */
export function representableRange(params: AffineParams): Range {
  const codes = integerRange(params.type);
  return {
    min: (codes.min - params.zeroPoint) * params.scale,
    max: (codes.max - params.zeroPoint) * params.scale,
  };
}

/** Signal to noise ratio in dB of powers (sums of squares); Infinity without noise. */
export function decibels(signalPower: number, noisePower: number): number {
  if (noisePower <= 0) return Infinity;
  return 10 * Math.log10(Math.max(signalPower, Number.MIN_VALUE) / noisePower);
}
