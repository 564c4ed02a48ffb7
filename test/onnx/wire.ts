/**
 * Protobuf messages written by hand: what tests read must not come from the writer that they check.
 * (Protocol Buffers documentation, "Encoding".)
 */

export function varint(value: bigint | number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest % 128n);
    rest /= 128n;
    bytes.push(rest > 0n ? low + 128 : low);
  } while (rest > 0n);
  return bytes;
}

type Content = string | readonly number[] | Uint8Array;

const bytesOf = (content: Content): readonly number[] =>
  typeof content === 'string' ? [...Buffer.from(content)] : [...content];

/** A field with a length: text, bytes, or a message made of fields. */
export function lengthField(id: number, ...contents: readonly Content[]): number[] {
  const bytes = contents.flatMap(bytesOf);
  return [...varint(id * 8 + 2), ...varint(bytes.length), ...bytes];
}

export function varintField(id: number, value: bigint | number): number[] {
  return [...varint(id * 8), ...varint(value)];
}

export function float32(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

export function floatField(id: number, value: number): number[] {
  return [...varint(id * 8 + 5), ...float32(value)];
}

/** A `ModelProto` whose graph has the given fields besides. */
export function modelBytes(...graphFields: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([
    ...varintField(1, 8),
    ...lengthField(7, lengthField(2, 'g'), ...graphFields),
    ...lengthField(8, lengthField(1, ''), varintField(2, 17)),
  ]);
}

/** A `TensorProto` as an initializer of a graph. */
export function initializer(...fields: readonly (readonly number[])[]): number[] {
  return lengthField(5, ...fields);
}
