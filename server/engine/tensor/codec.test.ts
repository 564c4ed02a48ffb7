import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumbers, nativeView, packSubByte, roundHalfEven, toFloat32, unpackSubByte } from './codec.ts';
import { bitsPerElement, packedByteLength, type DataType } from './dtype.ts';

const floatBytes = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('nativeView', () => {
  // 1.5 as float32 and 258 as int64, little-endian.
  const float = [0x00, 0x00, 0xc0, 0x3f];
  const integer = [0x02, 0x01, 0, 0, 0, 0, 0, 0];

  it.each([0, 1, 2, 3, 5, 7])('reads bytes that start %i bytes after a multiple of 8', (offset) => {
    const buffers = [
      (size: number) => Buffer.from(new ArrayBuffer(size), offset),
      (size: number) => new Uint8Array(new ArrayBuffer(size), offset),
    ];
    for (const make of buffers) {
      const shifted = (bytes: readonly number[]): Uint8Array => {
        const buffer = make(offset + bytes.length);
        buffer.set(bytes);
        return buffer;
      };
      expect([...nativeView('float32', shifted(float), 1)]).toEqual([1.5]);
      expect([...nativeView('int64', shifted(integer), 1)]).toEqual([258n]);
      expect([...nativeView('uint16', shifted([0x34, 0x12]), 1)]).toEqual([0x1234]);
      expect([...nativeView('int8', shifted([0xff]), 1)]).toEqual([-1]);
    }
  });

  it('does not copy where the bytes are aligned', () => {
    const bytes = floatBytes(1, 2, 3);
    expect(nativeView('float32', bytes, 3).buffer).toBe(bytes.buffer);
    expect(nativeView('float32', bytes.subarray(4), 2)).toEqual(Float32Array.of(2, 3));
  });

  it('reads only as many elements as there are, and refuses too few bytes', () => {
    expect(nativeView('int16', Uint8Array.of(1, 0, 2, 0, 3, 0, 4), 2)).toEqual(Int16Array.of(1, 2));
    expect(() => nativeView('int16', Uint8Array.of(1, 0, 2), 2)).toThrow('2 elements has only 3 bytes');
    expect(() => nativeView('int4', Uint8Array.of(1), 3)).toThrow('3 elements has only 1 bytes');
    expect(() => nativeView('string', new Uint8Array(0), 1)).toThrow('string');
  });

  it('gives plain bytes, not a Buffer, whose slices would be views', () => {
    const view = nativeView('uint8', Buffer.from([1, 2]), 2);
    expect(Buffer.isBuffer(view)).toBe(false);
    expect(view).toEqual(Uint8Array.of(1, 2));
  });
});

describe('elements below 8 bits', () => {
  it.each<[DataType, number[], number[]]>([
    // ONNX packs the first element into the low bits.
    ['uint4', [0x21, 0x03], [1, 2, 3]],
    ['int4', [0x8f, 0x07], [-1, -8, 7]],
    ['uint2', [0b11_10_01_00, 0b01], [0, 1, 2, 3, 1]],
    ['int2', [0b11_10_01_00, 0b10], [0, 1, -2, -1, -2]],
    ['float4e2m1', [0xf1], [1, 15]],
    // Four elements of 6 bits in three bytes: 000001 000010 000011 111111, the first in the low bits.
    ['float6e2m3', [0b10_000001, 0b0011_0000, 0b111111_00], [1, 2, 3, 63]],
  ])('are packed as %s', (type, bytes, values) => {
    expect([...unpackSubByte(type, Uint8Array.from(bytes), values.length)]).toEqual(values);
    expect([...packSubByte(type, values)]).toEqual(bytes);
  });

  it.each<DataType>(['int4', 'uint4', 'int2', 'uint2', 'float4e2m1', 'float6e2m3', 'float6e3m2'])(
    'read back as they were: %s',
    (type) => {
      const width = bitsPerElement(type);
      const min = type.startsWith('int') ? -(2 ** (width - 1)) : 0;
      fc.assert(
        fc.property(fc.array(fc.integer({ min, max: min + 2 ** width - 1 }), { maxLength: 20 }), (values) => {
          const packed = packSubByte(type, values);
          expect(packed).toHaveLength(packedByteLength(type, values.length));
          expect([...unpackSubByte(type, packed, values.length)]).toEqual(values);
          // The same bits as one long number, the first element lowest.
          const codes = values.map((value) => BigInt.asUintN(width, BigInt(value)));
          const bits = codes.reduceRight((sum, code) => sum * 2n ** BigInt(width) + code, 0n);
          const bytes = packed.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
          expect(bytes).toBe(bits);
        }),
        { numRuns: 50 },
      );
    },
  );
});

describe('fromNumbers', () => {
  it.each<[DataType, number[], number[]]>([
    ['int8', [-129, -128.5, -0.5, 0.5, 1.5, 2.5, 127.5, 1e9], [-128, -128, 0, 0, 2, 2, 127, 127]],
    ['uint8', [-1, 0.49, 254.5, 255.5, 300], [0, 0, 254, 255, 255]],
    ['int16', [-1e9, -2.5, 32767.6], [-32768, -2, 32767]],
    ['uint16', [-1, 65534.5, 1e9], [0, 65534, 65535]],
    ['int32', [-1e12, 2147483646.5, 1e12], [-2147483648, 2147483646, 2147483647]],
    ['uint32', [-1, 4294967294.5, 1e12], [0, 4294967294, 4294967295]],
    ['int4', [-9, -7.5, 6.5, 9], [-8, -8, 6, 7]],
    ['uint4', [-1, 14.5, 15.5, 99], [0, 14, 15, 15]],
    ['int2', [-3, 0.5, 5], [-2, 0, 1]],
    ['uint2', [-3, 2.5, 5], [0, 2, 3]],
    ['bool', [0, 1, -2, 0.1], [0, 1, 1, 1]],
    ['float64', [0.1, -1e300], [0.1, -1e300]],
    ['float32', [0.1, 3e38], [Math.fround(0.1), Math.fround(3e38)]],
  ])('rounds half to even and saturates: %s', (type, values, expected) => {
    const bytes = fromNumbers(type, values);
    expect(bytes).toHaveLength(packedByteLength(type, values.length));
    expect([...nativeView(type, bytes, values.length)].map((v) => Number(v) + 0)).toEqual(expected);
  });

  it('saturates 64-bit integers', () => {
    const signed = fromNumbers('int64', [-1e30, -2.5, 2.5, 2 ** 62, 1e30, Infinity, NaN]);
    const unsigned = fromNumbers('uint64', [-5, 2.5, 2 ** 63, 1e30]);
    expect([...nativeView('int64', signed, 7)]).toEqual([
      -(2n ** 63n), -2n, 2n, 2n ** 62n, 2n ** 63n - 1n, 2n ** 63n - 1n, 0n,
    ]);
    expect([...nativeView('uint64', unsigned, 4)]).toEqual([0n, 2n, 2n ** 63n, 2n ** 64n - 1n]);
  });

  it('refuses text', () => {
    expect(() => fromNumbers('string', [1])).toThrow('string');
  });
});

describe('toFloat32', () => {
  it.each<[DataType, number[]]>([
    ['float32', [0.1, -2].map(Math.fround)],
    ['float64', [0.5, -2]],
    ['float16', [0.5, -65504]],
    ['bfloat16', [0.5, -256]],
    ['float8e4m3fn', [448, -0.015625]],
    ['float8e5m2', [57344, -0.5]],
    ['float8e8m0', [0.25, 8]],
    ['float6e3m2', [28, -0.0625]],
    ['float4e2m1', [6, -0.5, 1.5]],
    ['int8', [-128, 127]],
    ['uint16', [0, 65535]],
    ['int64', [-5, 2 ** 40]],
    ['uint64', [5, 2 ** 63]],
    ['int4', [-8, 7, 1]],
    ['bool', [0, 1]],
  ])('reads back what fromNumbers writes exactly: %s', (type, values) => {
    expect([...toFloat32(type, fromNumbers(type, values), values.length)]).toEqual(values);
  });
});

describe('roundHalfEven', () => {
  it('agrees with rounding by the processor', () => {
    // Adding and taking away 1.5 * 2^52 leaves no room for a fraction: the processor rounds, ties to even.
    const magic = 1.5 * 2 ** 52;
    const halves = fc.integer({ min: -2000, max: 2000 }).map((n) => n / 2);
    const anything = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(halves, anything), (x) => {
        expect(roundHalfEven(x) + 0).toBe(x + magic - magic + 0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([[Infinity], [-Infinity], [NaN]])('leaves %d', (x) => {
    expect(roundHalfEven(x)).toBe(x);
  });
});
