import { describe, expect, it } from 'vitest';
import { lengthField, varintField } from '../../../../test/onnx/wire.ts';
import { decode } from './decode.ts';
import { encodeMessage } from './entries.ts';
import { typeProto } from './messages.ts';
import { decodeType, encodeType } from './types.ts';
import { memorySource } from './wire-reader.ts';

const read = (bytes: readonly number[]): ReturnType<typeof decodeType> =>
  decodeType(decode(typeProto, memorySource(Uint8Array.from(bytes))));
const write = (type: ReturnType<typeof decodeType>): number[] => [...encodeMessage(typeProto, encodeType(type))];

const dim = (...fields: readonly (readonly number[])[]): number[] => lengthField(1, ...fields);
const float = varintField(1, 1);

describe('types of values', () => {
  it('are tensors with known, named and unknown lengths', () => {
    const shape = lengthField(2, dim(varintField(1, 3)), dim(lengthField(2, 'batch')), dim());
    const bytes = lengthField(1, float, shape);
    expect(read(bytes)).toEqual({ kind: 'tensor', dtype: 'float32', shape: [3, 'batch', null] });
    expect(write(read(bytes))).toEqual(bytes);
  });

  it('tell a scalar from a tensor of unknown rank', () => {
    expect(read(lengthField(1, float))).toEqual({ kind: 'tensor', dtype: 'float32' });
    expect(read(lengthField(1, float, lengthField(2)))).toEqual({ kind: 'tensor', dtype: 'float32', shape: [] });
    expect(write(read(lengthField(1, float, lengthField(2))))).toEqual(lengthField(1, float, lengthField(2)));
  });

  it('take a negative length for an unknown one', () => {
    expect(read(lengthField(1, float, lengthField(2, dim(varintField(1, -1)))))).toMatchObject({ shape: [null] });
  });

  it.each([
    ['a sparse tensor', lengthField(8, float, lengthField(2, dim(varintField(1, 3))))],
    ['a sequence', lengthField(4, lengthField(1, lengthField(1, float)))],
    ['an optional sequence', lengthField(9, lengthField(1, lengthField(4, lengthField(1, lengthField(1, float)))))],
    ['a map', lengthField(5, varintField(1, 8), lengthField(2, lengthField(1, float)))],
    ['an opaque type', lengthField(7, lengthField(1, 'domain'), lengthField(2, 'name'))],
    ['an element type of the future', lengthField(1, varintField(1, 99))],
    ['nothing', []],
    ['denotations', [
      ...lengthField(1, float, lengthField(2, dim(varintField(1, 1), lengthField(3, 'DATA_BATCH')), dim())),
      ...lengthField(6, 'IMAGE'),
    ]],
    ['unknown fields of a length', lengthField(1, float, lengthField(2, dim(varintField(1, 1), varintField(99, 1))))],
  ])('%s comes back as it was', (_, bytes) => {
    expect(write(read(bytes))).toEqual(bytes);
  });

  it('keep unknown fields of every level', () => {
    const unknown = varintField(50, 1);
    const shape = lengthField(2, dim(varintField(1, 3)), unknown);
    const tensor = lengthField(1, float, shape, unknown);
    const type = read([...lengthField(4, lengthField(1, tensor, unknown), unknown), ...unknown]);
    expect(type).toMatchObject({ kind: 'sequence', element: { kind: 'tensor', shape: [3] } });
    const again = read(write(type));
    expect(again).toEqual(type);
    const proto = decode(typeProto, memorySource(Uint8Array.from(write(type))));
    const element = proto.sequenceType?.elemType;
    const kept = Uint8Array.from(unknown);
    expect(proto.unknown).toEqual([kept]);
    expect(proto.sequenceType?.unknown).toEqual([kept]);
    expect(element?.unknown).toEqual([kept]);
    expect(element?.tensorType?.unknown).toEqual([kept]);
    expect(element?.tensorType?.shape?.unknown).toEqual([kept]);
  });
});
