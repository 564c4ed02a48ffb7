import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  float32,
  floatField,
  initializer,
  lengthField,
  modelBytes,
  varint,
  varintField,
} from '../../../../test/onnx/wire.ts';
import { LatheError } from '../../errors.ts';
import type { Tensor } from '../../model/tensor.ts';
import { dataTypeCode, type DataType } from '../../tensor/dtype.ts';
import { readModelBytes } from './read.ts';
import { encodeModel } from './write.ts';

function readTensor(dtype: DataType, dims: readonly number[], ...fields: readonly (readonly number[])[]): Tensor {
  const tensor = initializer(
    lengthField(1, ...dims.map(varint)),
    varintField(2, dataTypeCode(dtype)),
    ...fields,
    lengthField(8, 'w'),
  );
  return readModelBytes(modelBytes(tensor)).graph.initializers.get('w')!;
}

const packed = (id: number, ...values: readonly (number | bigint)[]): number[] =>
  lengthField(id, ...values.map((v) => varint(v)));

const int32Data = 5;
const int64Data = 7;
const rawData = 9;
const doubleData = 10;
const uint64Data = 11;

describe('numbers in typed fields', () => {
  it.each<[DataType, number[], number[], number[]]>([
    ['int32', [2], packed(int32Data, 1, -2), [1, 0, 0, 0, 254, 255, 255, 255]],
    ['int16', [2], packed(int32Data, -2, 258), [254, 255, 2, 1]],
    ['uint16', [1], packed(int32Data, 65535), [255, 255]],
    ['int8', [3], packed(int32Data, -1, 127, -128), [255, 127, 128]],
    ['uint8', [2], packed(int32Data, 255, 1), [255, 1]],
    ['bool', [3], packed(int32Data, 1, 0, 256), [1, 0, 1]],
    // 1.0 and -2.0 as bit patterns.
    ['float16', [2], packed(int32Data, 0x3c00, 0xc000), [0x00, 0x3c, 0x00, 0xc0]],
    ['bfloat16', [2], packed(int32Data, 0x3f80, 0xc000), [0x80, 0x3f, 0x00, 0xc0]],
    ['float8e4m3fn', [2], packed(int32Data, 0x38, 0xff), [0x38, 0xff]],
    ['float8e8m0', [1], packed(int32Data, 127), [127]],
    // One entry holds two elements of 4 bits, or four of 2 bits, the first in the low bits.
    ['int4', [3], packed(int32Data, 0xf1, 0x07), [0xf1, 0x07]],
    ['uint4', [4], packed(int32Data, 0x21, 0x43), [0x21, 0x43]],
    ['float4e2m1', [2], packed(int32Data, 0x72), [0x72]],
    ['uint2', [5], packed(int32Data, 0b11100100, 0b01), [0b11100100, 0b01]],
    // 6-bit elements stand alone in their entries, and are packed four to three bytes in raw data.
    ['float6e2m3', [5], packed(int32Data, 1, 2, 3, 4, 5), [0b10000001, 0b00110000, 0b00010000, 5]],
    ['int64', [2], packed(int64Data, -1, 2n ** 40n), [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 1, 0, 0]],
    ['uint64', [1], packed(uint64Data, 2n ** 64n - 2n), [254, 255, 255, 255, 255, 255, 255, 255]],
    ['uint32', [1], packed(uint64Data, 2 ** 32 - 1), [255, 255, 255, 255]],
    ['float32', [2], lengthField(4, float32(1), float32(-2)), [0, 0, 128, 63, 0, 0, 0, 192]],
    ['complex64', [1], lengthField(4, float32(1), float32(-2)), [0, 0, 128, 63, 0, 0, 0, 192]],
    ['float64', [1], lengthField(doubleData, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
    // Not packed: one field per element.
    ['float32', [2], [...floatField(4, 1), ...floatField(4, -2)], [0, 0, 128, 63, 0, 0, 0, 192]],
    ['int32', [2], [...varintField(int32Data, 1), ...varintField(int32Data, 2)], [1, 0, 0, 0, 2, 0, 0, 0]],
    // A scalar, and a tensor without elements.
    ['uint8', [], packed(int32Data, 7), [7]],
    ['float32', [0, 3], [], []],
  ])('%s %j', (dtype, dims, field, bytes) => {
    const tensor = readTensor(dtype, dims, field);
    expect([...tensor.bytes()]).toEqual(bytes);
    expect(tensor.storage.byteLength).toBe(bytes.length);
  });

  it('are read in parts', () => {
    const tensor = readTensor('int16', [4], packed(int32Data, 1, 2, 3, 4));
    expect([...tensor.storage.read(2, 6)]).toEqual([2, 0, 3, 0]);
  });

  it('agree with the typed arrays of the platform', () => {
    const property = fc.property(fc.bigInt64Array({ minLength: 1 }), (values) => {
      const tensor = readTensor('int64', [values.length], packed(int64Data, ...values));
      expect(tensor.values()).toEqual(values);
    });
    fc.assert(property);
  });

  it('are written as raw data', () => {
    const model = readModelBytes(
      modelBytes(initializer(varintField(1, 2), varintField(2, 3), packed(int32Data, -1, 5), lengthField(8, 'w'))),
    );
    const raw = lengthField(rawData, [255, 5]);
    const expected = initializer(varintField(1, 2), varintField(2, 3), lengthField(8, 'w'), raw);
    expect(Buffer.from(encodeModel(model)).includes(Buffer.from(expected))).toBe(true);
  });
});

describe('strings', () => {
  it('are bytes', () => {
    const tensor = readTensor('string', [2], lengthField(6, 'é'), lengthField(6, [0xff]));
    expect(tensor.strings?.map((s) => [...s])).toEqual([[0xc3, 0xa9], [0xff]]);
  });
});

describe('numbers that do not fit the shape', () => {
  it.each<[string, DataType, readonly (number | bigint)[], number[], string]>([
    ['too few raw bytes', 'float32', [1000, 1000], lengthField(rawData, new Uint8Array(16)), 'needs 4000000 bytes'],
    ['too many raw bytes', 'float32', [1], lengthField(rawData, new Uint8Array(8)), 'needs 4 bytes'],
    ['none at all', 'float32', [2], [], 'needs 8 bytes of numbers but has none'],
    ['in a field of another type', 'float32', [1], packed(int64Data, 1), 'has none'],
    ['a negative length', 'float32', [-1], [], 'impossible shape [-1]'],
    ['lengths whose product is beyond all bounds', 'float32', [2n ** 40n, 2n ** 40n], [], 'impossible shape'],
    ['lengths of which one is 0', 'float32', [2n ** 62n, 2n ** 62n, 2n ** 62n, 0], [], 'impossible shape'],
    ['too few strings', 'string', [3], lengthField(6, 'a'), 'has the shape [3] but 1 strings'],
  ])('%s', (_, dtype, dims, field, words) => {
    expect(() => readTensor(dtype, dims as number[], field)).toThrow(LatheError);
    expect(() => readTensor(dtype, dims as number[], field)).toThrow(words);
    expect(() => readTensor(dtype, dims as number[], field)).toThrow('Tensor "w"');
  });

  it('are found when they are read where the length alone does not tell', () => {
    const tensor = readTensor('int32', [3], packed(int32Data, 1, 300));
    expect(() => tensor.bytes()).toThrow('2 of 3 encoded numbers');
  });

  it('are allowed in a segment, which holds a part of them', () => {
    const segment = lengthField(3, varintField(1, 0), varintField(2, 2));
    const tensor = readTensor('float32', [1000], segment, lengthField(rawData, new Uint8Array(8)));
    expect(tensor.storage.byteLength).toBe(8);
    expect(tensor.unknown?.map((bytes) => [...bytes])).toEqual([segment]);
    expect(() => tensor.bytes()).toThrow('needs 4000 bytes but has 8');
  });

  it('name the node when the tensor has no name', () => {
    const tensor = [...varintField(1, 4), ...varintField(2, 1)];
    const attribute = lengthField(5, lengthField(1, 'value'), lengthField(5, tensor), varintField(20, 4));
    const node = lengthField(1, lengthField(3, 'c1'), lengthField(4, 'Constant'), attribute);
    const words = 'The tensor of attribute "value" of node "c1" needs 16 bytes';
    expect(() => readModelBytes(modelBytes(node))).toThrow(words);
  });

  it('of a type of the future are not supported', () => {
    const tensor = initializer(varintField(2, 99), lengthField(8, 'w'));
    expect(() => readModelBytes(modelBytes(tensor))).toThrow('the tensor element type 99');
  });
});
