import { describe, expect, it } from 'vitest';
import {
  bitsPerElement,
  dataTypeCode,
  dataTypeFromCode,
  elementCount,
  integerRange,
  isDataTypeCode,
  isFloatType,
  isIntegerType,
  packedByteLength,
  type DataType,
} from './dtype.ts';

describe('data types', () => {
  // `TensorProto.DataType` of onnx.proto, IR 14.
  it.each<[number, DataType, number]>([
    [0, 'undefined', 0],
    [1, 'float32', 32],
    [2, 'uint8', 8],
    [3, 'int8', 8],
    [4, 'uint16', 16],
    [5, 'int16', 16],
    [6, 'int32', 32],
    [7, 'int64', 64],
    [8, 'string', 0],
    [9, 'bool', 8],
    [10, 'float16', 16],
    [11, 'float64', 64],
    [12, 'uint32', 32],
    [13, 'uint64', 64],
    [14, 'complex64', 64],
    [15, 'complex128', 128],
    [16, 'bfloat16', 16],
    [17, 'float8e4m3fn', 8],
    [18, 'float8e4m3fnuz', 8],
    [19, 'float8e5m2', 8],
    [20, 'float8e5m2fnuz', 8],
    [21, 'uint4', 4],
    [22, 'int4', 4],
    [23, 'float4e2m1', 4],
    [24, 'float8e8m0', 8],
    [25, 'uint2', 2],
    [26, 'int2', 2],
    [27, 'float6e2m3', 6],
    [28, 'float6e3m2', 6],
  ])('%i is %s of %i bits', (code, type, bits) => {
    expect(dataTypeFromCode(code)).toBe(type);
    expect(dataTypeCode(type)).toBe(code);
    expect(bitsPerElement(type)).toBe(bits);
  });

  it('refuses newer codes by number', () => {
    expect(isDataTypeCode(28)).toBe(true);
    expect(isDataTypeCode(29)).toBe(false);
    expect(() => dataTypeFromCode(29)).toThrow('element type 29');
  });

  it('tells floats from integers', () => {
    const types = Array.from({ length: 29 }, (_, code) => dataTypeFromCode(code));
    expect(types.filter((type) => isFloatType(type) && isIntegerType(type))).toEqual([]);
    expect(types.filter((type) => !isFloatType(type) && !isIntegerType(type))).toEqual([
      'undefined', 'string', 'bool', 'complex64', 'complex128',
    ]);
  });

  it('knows the range of integers', () => {
    expect(integerRange('int2')).toEqual({ min: -2, max: 1 });
    expect(integerRange('uint4')).toEqual({ min: 0, max: 15 });
    expect(integerRange('int8')).toEqual({ min: -128, max: 127 });
    expect(integerRange('uint32')).toEqual({ min: 0, max: 4294967295 });
    expect(() => integerRange('bool')).toThrow('not an integer type');
  });

  it.each<[DataType, number, number]>([
    ['float32', 3, 12],
    ['int4', 3, 2],
    ['uint2', 5, 2],
    ['float6e2m3', 3, 3],
    ['float6e2m3', 5, 4],
    ['int4', 0, 0],
    ['string', 7, 0],
  ])('packs %s x %i into %i bytes', (type, count, bytes) => {
    expect(packedByteLength(type, count)).toBe(bytes);
  });

  it('counts elements', () => {
    expect([[], [0, 3], [2, 3, 4]].map(elementCount)).toEqual([1, 0, 24]);
  });
});
