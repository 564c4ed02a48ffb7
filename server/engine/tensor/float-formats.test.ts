import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSmallFloats, encodeSmallFloats, isSmallFloatType, type SmallFloatType } from './float-formats.ts';

/**
 * What Python's ml_dtypes 0.6.0 reads from the codes without a sign bit, in order: as bfloat16, big-endian, which holds
 * all of these exactly.
 */
const positive = {
  float8e4m3fn:
    'AAA7ADuAO8A8ADwgPEA8YDyAPJA8oDywPMA80DzgPPA9AD0QPSA9MD1APVA9YD1wPYA9kD2gPbA9wD3QPeA98D4APhA+ID4wPkA+UD5g' +
    'PnA+gD6QPqA+sD7APtA+4D7wPwA/ED8gPzA/QD9QP2A/cD+AP5A/oD+wP8A/0D/gP/BAAEAQQCBAMEBAQFBAYEBwQIBAkECgQLBAwEDQ' +
    'QOBA8EEAQRBBIEEwQUBBUEFgQXBBgEGQQaBBsEHAQdBB4EHwQgBCEEIgQjBCQEJQQmBCcEKAQpBCoEKwQsBC0ELgQvBDAEMQQyBDMENA' +
    'Q1BDYENwQ4BDkEOgQ7BDwEPQQ+B/wA==',
  float8e4m3fnuz:
    'AAA6gDsAO0A7gDugO8A74DwAPBA8IDwwPEA8UDxgPHA8gDyQPKA8sDzAPNA84DzwPQA9ED0gPTA9QD1QPWA9cD2APZA9oD2wPcA90D3g' +
    'PfA+AD4QPiA+MD5APlA+YD5wPoA+kD6gPrA+wD7QPuA+8D8APxA/ID8wP0A/UD9gP3A/gD+QP6A/sD/AP9A/4D/wQABAEEAgQDBAQEBQ' +
    'QGBAcECAQJBAoECwQMBA0EDgQPBBAEEQQSBBMEFAQVBBYEFwQYBBkEGgQbBBwEHQQeBB8EIAQhBCIEIwQkBCUEJgQnBCgEKQQqBCsELA' +
    'QtBC4ELwQwBDEEMgQzBDQENQQ2BDcA==',
  float8e5m2:
    'AAA3gDgAOEA4gDigOMA44DkAOSA5QDlgOYA5oDnAOeA6ADogOkA6YDqAOqA6wDrgOwA7IDtAO2A7gDugO8A74DwAPCA8QDxgPIA8oDzA' +
    'POA9AD0gPUA9YD2APaA9wD3gPgA+ID5APmA+gD6gPsA+4D8APyA/QD9gP4A/oD/AP+BAAEAgQEBAYECAQKBAwEDgQQBBIEFAQWBBgEGg' +
    'QcBB4EIAQiBCQEJgQoBCoELAQuBDAEMgQ0BDYEOAQ6BDwEPgRABEIERARGBEgESgRMBE4EUARSBFQEVgRYBFoEXAReBGAEYgRkBGYEaA' +
    'RqBGwEbgRwBHIEdAR2B/gH/Af8B/wA==',
  float8e5m2fnuz:
    'AAA3ADeAN8A4ADggOEA4YDiAOKA4wDjgOQA5IDlAOWA5gDmgOcA54DoAOiA6QDpgOoA6oDrAOuA7ADsgO0A7YDuAO6A7wDvgPAA8IDxA' +
    'PGA8gDygPMA84D0APSA9QD1gPYA9oD3APeA+AD4gPkA+YD6APqA+wD7gPwA/ID9AP2A/gD+gP8A/4EAAQCBAQEBgQIBAoEDAQOBBAEEg' +
    'QUBBYEGAQaBBwEHgQgBCIEJAQmBCgEKgQsBC4EMAQyBDQENgQ4BDoEPAQ+BEAEQgREBEYESARKBEwETgRQBFIEVARWBFgEWgRcBF4EYA' +
    'RiBGQEZgRoBGoEbARuBHAEcgR0BHYA==',
  float6e2m3: 'AAA+AD6APsA/AD8gP0A/YD+AP5A/oD+wP8A/0D/gP/BAAEAQQCBAMEBAQFBAYEBwQIBAkECgQLBAwEDQQOBA8A==',
  float6e3m2: 'AAA9gD4APkA+gD6gPsA+4D8APyA/QD9gP4A/oD/AP+BAAEAgQEBAYECAQKBAwEDgQQBBIEFAQWBBgEGgQcBB4A==',
  float4e2m1: 'AAA/AD+AP8BAAEBAQIBAwA==',
} as const satisfies Partial<Record<SmallFloatType, string>>;

type Tabled = keyof typeof positive;
const tabled = Object.keys(positive) as Tabled[];

const fromBits = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

function positiveValues(type: Tabled): number[] {
  const bytes = Buffer.from(positive[type], 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, i) => fromBits(bytes.readUInt16BE(2 * i) * 65536));
}

const decode = (type: SmallFloatType, ...codes: number[]): number[] => [...decodeSmallFloats(type, codes)];
const encode = (type: SmallFloatType, ...values: number[]): number[] => [...encodeSmallFloats(type, values)];
const allCodes = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** Index of the ascending `values` nearest to `magnitude`; at a tie the even one. Exact: sums of two floats are. */
function nearest(values: ArrayLike<number>, magnitude: number): number {
  let low = 0;
  let high = values.length - 1;
  if (magnitude >= values[high]!) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - values[low]!;
  const above = values[high]! - magnitude;
  if (below === above) return low % 2 === 0 ? low : high;
  return below < above ? low : high;
}

/** Any finite float32, by its bits, so that every exponent is as likely; and ties and near ties of 16-bit formats. */
const float32 = fc
  .tuple(fc.integer({ min: 0, max: 0xff7fffff }), fc.constantFrom(0xffffffff, 0xfffff000, 0xffff8000, 0xffff0000))
  .map(([bits, mask]) => fromBits((bits & mask) >>> 0))
  .filter(Number.isFinite);

describe('formats of 8 bits and fewer', () => {
  it.each(tabled)('decodes %s as ml_dtypes does', (type) => {
    const expected = positiveValues(type);
    const signed = expected.map((value) => -value);
    // In the FNUZ formats the code of a negative zero is the only NaN.
    if (type.endsWith('fnuz')) signed[0] = NaN;
    expect(decode(type, ...allCodes.subarray(0, 2 * expected.length))).toEqual([...expected, ...signed]);
  });

  it.each(tabled)('encodes to the nearest %s, ties to even, and saturates', (type) => {
    const finite = positiveValues(type).filter(Number.isFinite);
    const codes = positiveValues(type).length;
    const check = (value: number): void => {
      const code = nearest(finite, Math.abs(value));
      const negative = value < 0 || Object.is(value, -0);
      const expected = negative && !(type.endsWith('fnuz') && code === 0) ? code + codes : code;
      expect([value, ...encode(type, value)]).toEqual([value, expected]);
    };
    for (const [i, value] of finite.entries()) {
      const middle = (value + (finite[i + 1] ?? 2 * value)) / 2;
      const step = middle * 2 ** -23;
      for (const each of [value, middle, middle - step, middle + step]) {
        check(each);
        check(-each);
      }
    }
    check(Infinity);
    check(-Infinity);
    fc.assert(fc.property(float32, check), { numRuns: 300 });
  });

  it.each<[SmallFloatType, number]>([
    ['float8e4m3fn', 0x7f],
    ['float8e4m3fnuz', 0x80],
    ['float8e5m2', 0x7f],
    ['float8e5m2fnuz', 0x80],
    ['float6e2m3', 0],
    ['float6e3m2', 0],
    ['float4e2m1', 0],
    ['float8e8m0', 0xff],
  ])('writes NaN as %s', (type, code) => {
    expect(encode(type, NaN)).toEqual([code]);
  });

  it('has powers of two as float8e8m0', () => {
    const powers = Array.from({ length: 255 }, (_, code) => 2 ** (code - 127));
    const codes = [...allCodes.subarray(0, 255)];
    expect(decode('float8e8m0', ...codes, 255)).toEqual([...powers, NaN]);
    expect(encode('float8e8m0', ...powers)).toEqual(codes);
    // Halfway is 1.5 times a power; ties go up (ONNX Cast, round_mode "nearest").
    expect(encode('float8e8m0', 1.499, 1.5, 1.501, 2.999, 3)).toEqual([127, 128, 128, 128, 129]);
    expect(encode('float8e8m0', 0, 1e-45, -1, Infinity, 3e38)).toEqual([0, 0, 0, 254, 254]);
  });
});

describe('float16', () => {
  /** IEEE 754 binary16 by way of binary32's bits, rather than by powers of two. */
  function value(code: number): number {
    const sign = (code & 0x8000) * 65536;
    const exponent = (code >> 10) & 31;
    const mantissa = code & 1023;
    if (exponent === 31) return mantissa ? NaN : sign ? -Infinity : Infinity;
    if (exponent === 0) return (sign ? -1 : 1) * (mantissa / 16777216);
    return fromBits(sign + (exponent + 112) * 2 ** 23 + mantissa * 8192);
  }
  const values = Float32Array.from(allCodes, value);
  const magnitudes = values.subarray(0, 0x7c00);

  it('decodes and encodes all 65,536 codes', () => {
    expect(Buffer.from(decodeSmallFloats('float16', allCodes).buffer).equals(Buffer.from(values.buffer))).toBe(true);
    const back = encodeSmallFloats('float16', values);
    const wrong = [...allCodes].filter((code) => !Number.isNaN(values[code]!) && back[code] !== code);
    expect(wrong).toEqual([]);
    expect([...back].filter((code) => (code & 0x7fff) > 0x7c00)).toHaveLength(2046);
  });

  it('rounds to the nearest, ties to even', () => {
    fc.assert(
      fc.property(float32, (x) => {
        const magnitude = Math.abs(x);
        // Half a step above the largest finite value infinity begins.
        const code = magnitude >= 65520 ? 0x7c00 : nearest(magnitudes, magnitude);
        expect(encode('float16', x)).toEqual([x < 0 || Object.is(x, -0) ? code + 0x8000 : code]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['largest', 65504, 0x7bff],
    ['just below overflow', 65519.996, 0x7bff],
    ['overflow', 65520, 0x7c00],
    ['infinity', -Infinity, 0xfc00],
    ['smallest normal', 2 ** -14, 0x0400],
    ['largest subnormal', 2 ** -14 - 2 ** -24, 0x03ff],
    ['tie that carries into the normals', 2 ** -14 - 2 ** -25, 0x0400],
    ['smallest subnormal', 2 ** -24, 0x0001],
    ['tie with zero', 2 ** -25, 0x0000],
    ['above that tie', 2 ** -25 * 1.001, 0x0001],
    ['tie between subnormals', 3 * 2 ** -25, 0x0002],
    ['float32 subnormal', -1e-45, 0x8000],
  ])('encodes the %s', (_, x, code) => {
    expect(encode('float16', x)).toEqual([code]);
  });
});

describe('bfloat16', () => {
  it('decodes and encodes all 65,536 codes', () => {
    const values = decodeSmallFloats('bfloat16', allCodes);
    const bits = new Uint32Array(values.buffer);
    const back = encodeSmallFloats('bfloat16', values);
    for (const code of allCodes) {
      if (Number.isNaN(values[code]!)) expect(back[code]! & 0x7fff).toBeGreaterThan(0x7f80);
      else if (bits[code] !== code * 65536 || back[code] !== code) expect.fail(`code ${code}`);
    }
  });

  it('rounds to the nearest, ties to even, up to infinity', () => {
    const magnitudes = decodeSmallFloats('bfloat16', allCodes).subarray(0, 0x7f80);
    fc.assert(
      fc.property(float32, (x) => {
        const magnitude = Math.abs(x);
        const code = magnitude >= 2 ** 128 * (1 - 2 ** -9) ? 0x7f80 : nearest(magnitudes, magnitude);
        expect(encode('bfloat16', x)).toEqual([x < 0 || Object.is(x, -0) ? code + 0x8000 : code]);
      }),
      { numRuns: 2000 },
    );
    expect(encode('bfloat16', 3.4e38, Infinity, -Infinity)).toEqual([0x7f80, 0x7f80, 0xff80]);
  });
});

describe('isSmallFloatType', () => {
  it.each([...tabled, 'float8e8m0', 'float16', 'bfloat16'] as const)('says yes to %s', (type) => {
    expect(isSmallFloatType(type)).toBe(true);
  });

  it.each(['float32', 'float64', 'int8', 'uint4', 'bool'] as const)('says no to %s', (type) => {
    expect(isSmallFloatType(type)).toBe(false);
  });
});
