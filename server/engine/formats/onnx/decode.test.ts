import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatField, lengthField, varint, varintField } from '../../../../test/onnx/wire.ts';
import { LatheError } from '../../errors.ts';
import { decode } from './decode.ts';
import { encodeMessage } from './entries.ts';
import { FieldData } from './field-data.ts';
import { attributeProto, graphProto, tensorProto, valueInfoProto } from './messages.ts';
import type { ByteSource } from './wire-reader.ts';
import { memorySource } from './wire-reader.ts';

const source = (...fields: readonly (readonly number[])[]): ByteSource => memorySource(Uint8Array.from(fields.flat()));

/** A source like a file's: every read is a piece of its own, and the reads are counted. */
function pieces(bytes: Uint8Array): ByteSource & { readonly readBytes: () => number } {
  let total = 0;
  return {
    size: bytes.length,
    path: 'pieces',
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) throw new RangeError('read outside of the source');
      total += length;
      return bytes.slice(offset, offset + length);
    },
    readBytes: () => total,
  };
}

function failure(run: () => unknown): LatheError {
  try {
    run();
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('decode', () => {
  it.each([0n, 1n, 127n, 128n, 300n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)])(
    'reads the 64-bit number %s',
    (value) => {
      expect(decode(attributeProto, source(varintField(3, value))).i).toBe(value);
    },
  );

  it('reads and writes every 64-bit number as the reference does', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
        expect([...encodeMessage(attributeProto, { i: value })]).toEqual(varintField(3, value));
        expect(decode(attributeProto, source(varintField(3, value))).i).toBe(value);
      }),
    );
  });

  it('takes negative 32-bit numbers in ten bytes', () => {
    expect(decode(attributeProto, source(varintField(20, -5))).type).toBe(-5);
    expect([...encodeMessage(attributeProto, { type: -5 })]).toEqual(varintField(20, -5));
  });

  it('reads lists packed and not packed, and mixtures of both', () => {
    const packed = lengthField(8, varint(1), varint(-2));
    const loose = [...varintField(8, 3), ...varintField(8, 4)];
    expect(decode(attributeProto, source(packed, loose)).ints).toEqual([1n, -2n, 3n, 4n]);
    expect(decode(attributeProto, source(floatField(7, 0.5), floatField(7, -2))).floats).toEqual([0.5, -2]);
  });

  it('lets the last of several single values count', () => {
    expect(decode(attributeProto, source(varintField(3, 1), varintField(3, 2))).i).toBe(2n);
  });

  it('merges a message that occurs twice', () => {
    const tensorType = lengthField(2, lengthField(1, varintField(1, 1)));
    const shape = lengthField(2, lengthField(1, lengthField(2, lengthField(1, varintField(1, 7)))));
    const info = decode(valueInfoProto, source(tensorType, shape));
    expect(info.type?.tensorType).toEqual({ elemType: 1, shape: { dim: [{ dimValue: 7n }] } });
  });

  it('keeps fields that it does not know, byte for byte and in order', () => {
    const group = [...varint(99 * 8 + 3), ...varintField(1, 5), ...varint(99 * 8 + 4)];
    const unknown = [varintField(1000, 7), lengthField(77, 'text'), floatField(78, 1.5), group];
    const fixed64 = [...varint(80 * 8 + 1), 1, 2, 3, 4, 5, 6, 7, 8];
    const fields = [...unknown.slice(0, 2), varintField(3, 1), ...unknown.slice(2), fixed64];
    const message = decode(attributeProto, source(...fields));
    expect(message.unknown?.map((bytes) => [...bytes])).toEqual([...unknown, fixed64]);
    expect([...encodeMessage(attributeProto, message)]).toEqual([...varintField(3, 1), ...unknown.flat(), ...fixed64]);
  });

  it('keeps a known field of another wire type as an unknown one', () => {
    const message = decode(attributeProto, source(lengthField(3, 'not a number'), floatField(1, 1)));
    expect(message).toEqual({ unknown: [expect.any(Uint8Array), expect.any(Uint8Array)] });
  });

  it('notes bulk data without reading it', () => {
    const weights = new Uint8Array(1_000_000).map((_, i) => i % 251);
    const bytes = Uint8Array.from([...lengthField(8, 'w'), ...varint(9 * 8 + 2), ...varint(weights.length)]);
    const whole = new Uint8Array([...bytes, ...weights, ...lengthField(12, 'after')]);
    const file = pieces(whole);
    const tensor = decode(tensorProto, file);
    expect(tensor.docString).toBe('after');
    expect(file.readBytes()).toBeLessThan(100_000);
    expect(tensor.rawData).toBeInstanceOf(FieldData);
    expect((tensor.rawData as FieldData).file).toEqual({ path: 'pieces', offset: bytes.length });
    expect(tensor.rawData!.read(500_000, 500_004)).toEqual(weights.slice(500_000, 500_004));
  });

  it('joins bulk data that comes in several pieces', () => {
    const first = new Uint8Array(2000).fill(1);
    const tensor = decode(tensorProto, source(lengthField(4, first), floatField(4, 2), lengthField(4, [9, 9, 9, 9])));
    const floats = tensor.floatData!;
    expect(floats.byteLength).toBe(2008);
    expect([...floats.read(1998, 2006)]).toEqual([1, 1, 0, 0, 0, 64, 9, 9]);
  });

  it('reads the same through a window as from memory', () => {
    const node = (i: number): number[] => lengthField(1, lengthField(3, `node ${'é'.repeat(i % 200)}${i}`));
    const bytes = Uint8Array.from(Array.from({ length: 1500 }, (_, i) => node(i)).flat());
    expect(bytes.length).toBeGreaterThan(4 * 65536);
    expect(decode(graphProto, pieces(bytes))).toEqual(decode(graphProto, memorySource(bytes)));
  });
});

describe('damaged bytes', () => {
  it('are cut off: the message says where', () => {
    const whole = lengthField(1, lengthField(3, 'n'), lengthField(4, 'Relu'));
    const error = failure(() => decode(graphProto, source(whole.slice(0, -3))));
    expect(error.code).toBe('MODEL_FORMAT');
    expect(error.message).toBe('The model is cut off: its bytes end at 8, but node[0] goes on to byte 11.');
  });

  it.each([
    ['a field number of 0', [0x02, 0x00], 'at byte 0'],
    ['a wire type that does not exist', [0x0f], 'at byte 0'],
    ['an endless number', [0x18, ...new Array<number>(12).fill(0x80)], 'longer than 10 bytes'],
    ['a number at the end', [0x28, 0x80], 'cut off'],
    ['a group that does not end', [0x1b], 'group'],
    ['a group that ends without a beginning', [0x1c], 'at byte 0'],
    ['a float at the end', [0x15, 0, 0], 'cut off'],
    ['a length of 2^63', [0x0a, ...varint(2n ** 63n)], 'cut off'],
  ])('%s', (_, bytes, words) => {
    const error = failure(() => decode(attributeProto, source(bytes)));
    expect(error.code).toBe('MODEL_FORMAT');
    expect(error.message).toContain(words);
  });

  it('name the message that they are in', () => {
    const attribute = lengthField(5, [0x0a, 100]);
    const error = failure(() => decode(graphProto, source(lengthField(1, [0x0a, 0]), lengthField(1, attribute))));
    expect(error.message).toContain('in node[1].attribute[0], a value of 100 bytes does not fit the 0 that are left');
  });

  it('nest too deep', () => {
    let graph: number[] = [];
    for (let i = 0; i < 101; i++) graph = lengthField(1, lengthField(5, lengthField(6, graph)));
    expect(failure(() => decode(graphProto, source(graph))).message).toBe(
      'The model nests more than 100 subgraphs inside one another.',
    );
    const groups = new Array<number>(200_000).fill(0x1b);
    expect(failure(() => decode(graphProto, source(groups))).message).toContain('a group does not end');
  });
});
