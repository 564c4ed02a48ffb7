/**
 * How a protobuf message is described: one table of fields per message, from which decoding, sizes and encoding are
 * made. The tables of ONNX itself are in `messages.ts`.
 */

/**
 * The kinds of fields that ONNX uses. `data` is the bulk of a tensor: decoded to where the bytes are, not to numbers.
 */
export type FieldKind = 'string' | 'bytes' | 'int32' | 'int64' | 'float' | 'message' | 'data';

/** How the elements of a `data` field lie in the file when they are not packed. */
export type DataWire = 'bytes' | 'varint' | 'fixed32' | 'fixed64';

export interface Field<Value> {
  readonly id: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly message?: () => AnySchema;
  readonly wire?: DataWire;
  /** Carries the type only. */
  readonly value?: Value;
}

/** What every decoded message has besides its own fields. */
export interface Message {
  /** Fields that the table does not list: tag and value, as they were, in file order. */
  unknown?: readonly Uint8Array[] | undefined;
}

export interface Schema<M extends Message> {
  readonly name: string;
  readonly fields: { readonly [Key in Exclude<keyof M, 'unknown'>]-?: Field<NonNullable<M[Key]>> };
}

export interface AnySchema {
  readonly name: string;
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}

/** Bulk bytes, read when asked for: a model tensor's storage fits. */
export interface Payload {
  readonly byteLength: number;
  read(start?: number, end?: number): Uint8Array;
}

export const field = {
  string: (id: number): Field<string> => ({ id, kind: 'string', repeated: false }),
  strings: (id: number): Field<string[]> => ({ id, kind: 'string', repeated: true }),
  bytes: (id: number): Field<Uint8Array> => ({ id, kind: 'bytes', repeated: false }),
  bytesList: (id: number): Field<Uint8Array[]> => ({ id, kind: 'bytes', repeated: true }),
  int32: (id: number): Field<number> => ({ id, kind: 'int32', repeated: false }),
  int64: (id: number): Field<bigint> => ({ id, kind: 'int64', repeated: false }),
  int64s: (id: number): Field<bigint[]> => ({ id, kind: 'int64', repeated: true }),
  float: (id: number): Field<number> => ({ id, kind: 'float', repeated: false }),
  floats: (id: number): Field<number[]> => ({ id, kind: 'float', repeated: true }),
  data: (id: number, wire: DataWire): Field<Payload> => ({ id, kind: 'data', repeated: false, wire }),
  message: <M extends Message>(id: number, schema: () => Schema<M>): Field<M> => ({
    id,
    kind: 'message',
    repeated: false,
    message: schema,
  }),
  messages: <M extends Message>(id: number, schema: () => Schema<M>): Field<M[]> => ({
    id,
    kind: 'message',
    repeated: true,
    message: schema,
  }),
} as const;
