/**
 * Plain messages to protobuf bytes: sizes first, bottom up, because a message's length stands before it; then the bytes
 * in one pass, bulk data in chunks. Fields go out in the order of their numbers, as other writers do it.
 */

import { LatheError } from '../../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import type { AnySchema, Field, Message, Payload, Schema } from './schema.ts';
import { encodedTextLength, encodeText } from './text.ts';

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

/** Bulk data passes through memory in pieces of this size. */
const chunkBytes = 4 * 1024 * 1024;

type Fields = readonly (readonly [key: string, field: Field<unknown>])[];

const orders = new WeakMap<AnySchema, Fields>();

function fieldsOf(schema: AnySchema): Fields {
  let order = orders.get(schema);
  if (!order) {
    order = Object.entries(schema.fields).sort(([, a], [, b]) => a.id - b.id);
    orders.set(schema, order);
  }
  return order;
}

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

function int64Length(value: bigint): number {
  if (value < 0n) return 10;
  if (value < 128n) return 1;
  return Math.ceil(value.toString(2).length / 7);
}

/** Encodes one message; the sizes of its parts are worked out once. */
export class Encoder<M extends Message> {
  readonly byteLength: number;
  private readonly sizes = new Map<object, number>();
  private readonly schema: AnySchema;
  private readonly root: Message;

  constructor(schema: Schema<M>, message: M) {
    this.schema = schema;
    this.root = message;
    this.byteLength = this.messageLength(this.schema, message);
  }

  write(sink: ByteSink): void {
    this.writeMessage(this.schema, this.root, sink);
  }

  private messageLength(schema: AnySchema, message: Message): number {
    const known = this.sizes.get(message);
    if (known !== undefined) return known;
    const values = message as Record<string, unknown>;
    let total = 0;
    for (const [key, field] of fieldsOf(schema)) {
      const value = values[key];
      if (value === undefined) continue;
      const tagLength = varintLength(field.id * 8);
      if (!field.repeated) total += tagLength + this.valueLength(field, value);
      else for (const element of value as unknown[]) total += tagLength + this.valueLength(field, element);
    }
    for (const bytes of message.unknown ?? []) total += bytes.byteLength;
    this.sizes.set(message, total);
    return total;
  }

  /** Bytes of one value without its tag. */
  private valueLength(field: Field<unknown>, value: unknown): number {
    switch (field.kind) {
      case 'string':
        return withLength(encodedTextLength(value as string));
      case 'bytes':
      case 'data':
        return withLength((value as Payload | Uint8Array).byteLength);
      case 'message':
        return withLength(this.messageLength(field.message!(), value as Message));
      case 'float':
        return 4;
      case 'int32':
        return int64Length(BigInt(value as number));
      case 'int64':
        return int64Length(value as bigint);
    }
  }

  private writeMessage(schema: AnySchema, message: Message, sink: ByteSink): void {
    const values = message as Record<string, unknown>;
    for (const [key, field] of fieldsOf(schema)) {
      const value = values[key];
      if (value === undefined) continue;
      if (!field.repeated) this.writeField(field, value, sink);
      else for (const element of value as unknown[]) this.writeField(field, element, sink);
    }
    for (const bytes of message.unknown ?? []) sink.bytes(bytes);
  }

  private writeField(field: Field<unknown>, value: unknown, sink: ByteSink): void {
    switch (field.kind) {
      case 'string': {
        const bytes = encodeText(value as string);
        sink.varint(field.id * 8 + wireBytes);
        sink.varint(bytes.byteLength);
        sink.bytes(bytes);
        return;
      }
      case 'bytes':
        sink.varint(field.id * 8 + wireBytes);
        sink.varint((value as Uint8Array).byteLength);
        sink.bytes(value as Uint8Array);
        return;
      case 'data':
        sink.varint(field.id * 8 + wireBytes);
        sink.varint((value as Payload).byteLength);
        writePayload(value as Payload, sink);
        return;
      case 'message':
        sink.varint(field.id * 8 + wireBytes);
        sink.varint(this.sizes.get(value as object)!);
        this.writeMessage(field.message!(), value as Message, sink);
        return;
      case 'float':
        sink.varint(field.id * 8 + wireFixed32);
        sink.float(value as number);
        return;
      case 'int32':
        sink.varint(field.id * 8 + wireVarint);
        sink.int64(BigInt(value as number));
        return;
      case 'int64':
        sink.varint(field.id * 8 + wireVarint);
        sink.int64(value as bigint);
        return;
    }
  }
}

function withLength(byteLength: number): number {
  return varintLength(byteLength) + byteLength;
}

/** Copies bulk data in chunks. */
export function writePayload(payload: Payload, sink: ByteSink): void {
  for (let start = 0; start < payload.byteLength; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, payload.byteLength);
    const chunk = payload.read(start, end);
    if (chunk.byteLength !== end - start) {
      throw new LatheError('INTERNAL', `A tensor of ${payload.byteLength} bytes gave ${chunk.byteLength} at ${start}.`);
    }
    sink.bytes(chunk);
  }
}
