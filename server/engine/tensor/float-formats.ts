/**
 * Floating-point formats below 32 bits, as bit patterns. Encoding rounds to nearest, ties to even.
 *
 * float16 is IEEE 754 binary16; bfloat16 is the upper half of binary32; the float8 formats follow "FP8 Formats for
 * Deep Learning" (Micikevicius et al. 2022) and the ONNX float8 page for the FNUZ variants; the formats of 4 and 6
 * bits and float8e8m0 follow the OCP Microscaling specification 1.0.
 */

import type { DataType } from './dtype.ts';

/** A format of sign, `exponentBits` and `mantissaBits`. */
interface Layout {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** 'ieee': infinities and NaNs on top; 'fn': NaN at all ones only; 'fnuz': NaN for negative zero; 'none': no NaN. */
  readonly special: 'ieee' | 'fn' | 'fnuz' | 'none';
}

const layouts = {
  float16: { exponentBits: 5, mantissaBits: 10, bias: 15, special: 'ieee' },
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'fn' },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'fnuz' },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'fnuz' },
  float6e2m3: { exponentBits: 2, mantissaBits: 3, bias: 1, special: 'none' },
  float6e3m2: { exponentBits: 3, mantissaBits: 2, bias: 3, special: 'none' },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, special: 'none' },
} as const satisfies Partial<Record<DataType, Layout>>;

export type SmallFloatType = keyof typeof layouts | 'bfloat16' | 'float8e8m0';

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function decodeLayout(code: number, layout: Layout): number {
  const { exponentBits, mantissaBits, bias, special } = layout;
  const sign = code >> (exponentBits + mantissaBits) ? -1 : 1;
  const exponentMax = (1 << exponentBits) - 1;
  const exponent = (code >> mantissaBits) & exponentMax;
  const mantissa = code & ((1 << mantissaBits) - 1);
  if (special === 'ieee' && exponent === exponentMax) return mantissa === 0 ? sign * Infinity : NaN;
  if (special === 'fn' && exponent === exponentMax && mantissa === (1 << mantissaBits) - 1) return NaN;
  if (special === 'fnuz' && code === 1 << (exponentBits + mantissaBits)) return NaN;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
  return sign * (1 + mantissa / (1 << mantissaBits)) * 2 ** (exponent - bias);
}

/** Decoding tables, one entry per bit pattern, built at first use: at most 65,536 floats each. */
const tables = new Map<SmallFloatType, Float32Array>();

function decodeTable(type: SmallFloatType): Float32Array {
  let table = tables.get(type);
  if (table) return table;
  if (type === 'bfloat16') {
    table = new Float32Array(new Uint32Array(65536).map((_, code) => code << 16).buffer);
  } else if (type === 'float8e8m0') {
    table = Float32Array.from({ length: 256 }, (_, code) => (code === 255 ? NaN : 2 ** (code - 127)));
  } else {
    const layout = layouts[type];
    const size = 1 << (1 + layout.exponentBits + layout.mantissaBits);
    table = Float32Array.from({ length: size }, (_, code) => decodeLayout(code, layout));
  }
  tables.set(type, table);
  return table;
}

/** Bit patterns of `type` as float32 values, one for one. */
export function decodeSmallFloats(type: SmallFloatType, patterns: ArrayLike<number>): Float32Array {
  const table = decodeTable(type);
  const out = new Float32Array(patterns.length);
  for (let i = 0; i < out.length; i++) out[i] = table[patterns[i]!]!;
  return out;
}

function encodeBfloat16(value: number): number {
  scratch[0] = value;
  const b = scratchBits[0]!;
  if (Number.isNaN(value)) return (b >>> 16) | 0x40;
  return (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
}

/** float32 to binary16, exact in integer arithmetic: the hot path of float16 conversion. */
function encodeFloat16(value: number): number {
  scratch[0] = value;
  const b = scratchBits[0]!;
  const sign = (b >>> 16) & 0x8000;
  const exponent = (b >>> 23) & 0xff;
  const mantissa = b & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  const e = exponent - 112;
  if (e >= 31) return sign | 0x7c00;
  if (e <= 0) {
    if (e < -10) return sign;
    const full = mantissa | 0x800000;
    const shift = 14 - e;
    const half = full >>> shift;
    const rest = full & ((1 << shift) - 1);
    const tie = 1 << (shift - 1);
    return sign | (half + (rest > tie || (rest === tie && (half & 1) === 1) ? 1 : 0));
  }
  const half = (e << 10) | (mantissa >>> 13);
  const rest = mantissa & 0x1fff;
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}

/**
 * Formats of 8 bits and fewer saturate at their largest finite value, as ONNX's Cast does by default. NaN becomes 0 in
 * formats that have none.
 */
function encodeLayout(value: number, layout: Layout, table: Float32Array): number {
  const { exponentBits, mantissaBits, bias, special } = layout;
  const signBit = 1 << (exponentBits + mantissaBits);
  if (Number.isNaN(value)) return special === 'fnuz' ? signBit : special === 'none' ? 0 : signBit - 1;
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  let maxCode = signBit - 1;
  if (special === 'fn') maxCode -= 1;
  if (special === 'ieee') maxCode = (((1 << exponentBits) - 2) << mantissaBits) | ((1 << mantissaBits) - 1);
  let code: number;
  if (magnitude >= table[maxCode]!) {
    code = maxCode;
  } else {
    const exponent = Math.max(Math.floor(Math.log2(magnitude)), 1 - bias);
    const quantum = 2 ** (exponent - mantissaBits);
    const scaled = magnitude / quantum;
    let rounded = Math.floor(scaled);
    const rest = scaled - rounded;
    if (rest > 0.5 || (rest === 0.5 && rounded % 2 === 1)) rounded += 1;
    // `rounded` counts steps from zero within this binade; a carry moves into the next one by itself.
    code = magnitude === 0 ? 0 : ((exponent + bias - 1) << mantissaBits) + rounded;
  }
  if (special === 'fnuz' && code === 0) return 0;
  return negative ? code | signBit : code;
}

/** float8e8m0: powers of two without sign. Ties go up, as in ONNX's Cast; what is not positive becomes the least. */
function encodePowerOfTwo(value: number): number {
  if (Number.isNaN(value)) return 255;
  if (value >= 2 ** 127) return 254;
  if (value <= 2 ** -127) return 0;
  const exponent = Math.floor(Math.log2(value));
  return exponent + 127 + (value >= 1.5 * 2 ** exponent ? 1 : 0);
}

/** float32 values as bit patterns of `type`; the result has one entry per element, not packed below 8 bits. */
export function encodeSmallFloats(type: SmallFloatType, values: ArrayLike<number>): Uint16Array {
  const out = new Uint16Array(values.length);
  if (type === 'float16') for (let i = 0; i < out.length; i++) out[i] = encodeFloat16(values[i]!);
  else if (type === 'bfloat16') for (let i = 0; i < out.length; i++) out[i] = encodeBfloat16(values[i]!);
  else if (type === 'float8e8m0') {
    for (let i = 0; i < out.length; i++) out[i] = encodePowerOfTwo(values[i]!);
  } else {
    const table = decodeTable(type);
    for (let i = 0; i < out.length; i++) out[i] = encodeLayout(values[i]!, layouts[type], table);
  }
  return out;
}

/** `true` for the formats of this file. */
export function isSmallFloatType(type: DataType): type is SmallFloatType {
  return type === 'bfloat16' || type === 'float8e8m0' || type in layouts;
}
