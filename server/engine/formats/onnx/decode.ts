/** Protobuf bytes to plain messages, following the field tables; bulk data is noted and skipped. */

import { LatheError } from '../../errors.ts';
import { FieldData, isInline } from './field-data.ts';
import type { AnySchema, DataWire, Field, Message, Schema } from './schema.ts';
import { WireReader, type ByteSource } from './wire-reader.ts';

/** Wire types of protobuf. */
const wire = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** Subgraphs inside one another; real models have a handful of levels. */
const maxGraphDepth = 100;

/** Messages inside one another: room for the graphs and a little of anything else. */
const maxMessageDepth = 3 * maxGraphDepth + 50;

type Draft = Record<string, unknown> & { unknown?: Uint8Array[] };

type ScalarKind = 'int32' | 'int64' | 'float';

interface Entry {
  readonly key: string;
  readonly field: Field<unknown>;
}

/** By number of the field. */
type Table = readonly (Entry | undefined)[];

const tables = new WeakMap<AnySchema, Table>();

function tableOf(schema: AnySchema): Table {
  let table = tables.get(schema);
  if (!table) {
    const entries: (Entry | undefined)[] = [];
    for (const [key, field] of Object.entries(schema.fields)) entries[field.id] = { key, field };
    // Without holes: this is the innermost loop of opening a model.
    table = Array.from(entries);
    tables.set(schema, table);
  }
  return table;
}

/**
 * By field that is a list of messages: what stands in the list in place of each message. A message that is made into
 * something else at once can be forgotten at once: of tens of thousands that makes opening a model much faster.
 */
export type Conversions = ReadonlyMap<Field<unknown>, Convert>;

type Convert = (message: Message) => unknown;

/** An entry of `Conversions`. */
export function conversion<M extends Message>(
  field: Field<M[]>,
  convert: (message: M) => unknown,
): readonly [Field<unknown>, Convert] {
  return [field, convert as Convert];
}

/** The message that all of `source` encodes; throws `MODEL_FORMAT` with the place when it is damaged or cut off. */
export function decode<M extends Message>(
  schema: Schema<M>,
  source: ByteSource,
  conversions: Conversions = new Map(),
): M {
  const draft: Draft = {};
  new Decoder(source, conversions).message(schema, draft, source.size);
  return draft as M;
}

class Decoder {
  private readonly reader: WireReader;
  private readonly conversions: Conversions;
  private depth = 0;
  private graphDepth = 0;

  constructor(source: ByteSource, conversions: Conversions) {
    this.reader = new WireReader(source);
    this.conversions = conversions;
  }

  message(schema: AnySchema, draft: Draft, end: number): void {
    const { reader } = this;
    const table = tableOf(schema);
    const isGraph = schema.name === 'GraphProto';
    this.depth += 1;
    if (isGraph) this.graphDepth += 1;
    this.checkDepth();
    while (reader.position < end) {
      const start = reader.position;
      const tag = reader.unsigned(end);
      const id = Math.floor(tag / 8);
      const wireType = tag % 8;
      if (id === 0 || id >= 2 ** 29) throw reader.damaged(`${id} is not the number of a field`, start);
      const entry = id < table.length ? table[id] : undefined;
      if (!entry || !this.known(entry, wireType, draft, end)) this.unknown(id, wireType, start, end, draft);
    }
    this.depth -= 1;
    if (isGraph) this.graphDepth -= 1;
  }

  private checkDepth(): void {
    if (this.graphDepth <= maxGraphDepth && this.depth <= maxMessageDepth) return;
    const what = this.graphDepth > maxGraphDepth ? 'subgraphs inside one another' : 'types inside one another';
    throw new LatheError('MODEL_FORMAT', `The model nests more than ${maxGraphDepth} ${what}.`, {
      detail: `at byte ${this.reader.position}`,
      fix: 'Export the model with fewer nested If, Loop and Scan operators.',
    });
  }

  /** Reads one field that the table lists; false, with nothing read, when its wire type is not the table's. */
  private known({ key, field }: Entry, wireType: number, draft: Draft, end: number): boolean {
    const { reader } = this;
    switch (field.kind) {
      case 'string':
        if (wireType !== wire.bytes) return false;
        put(draft, key, field, reader.text(this.length(end)));
        return true;
      case 'bytes':
        if (wireType !== wire.bytes) return false;
        put(draft, key, field, reader.bytes(this.length(end)));
        return true;
      case 'int32':
      case 'int64':
      case 'float':
        return this.scalar(key, field, field.kind, wireType, draft, end);
      case 'message':
        if (wireType !== wire.bytes) return false;
        this.submessage(key, field, draft, end);
        return true;
      case 'data':
        return this.data(key, field.wire!, wireType, draft, end);
    }
  }

  /** A single value, or a packed list of them: readers must accept both whatever the schema says. */
  private scalar(
    key: string,
    field: Field<unknown>,
    kind: ScalarKind,
    wireType: number,
    draft: Draft,
    end: number,
  ): boolean {
    if (wireType === (kind === 'float' ? wire.fixed32 : wire.varint)) {
      put(draft, key, field, this.number(kind, end));
      return true;
    }
    if (wireType !== wire.bytes || !field.repeated) return false;
    const packedEnd = this.length(end) + this.reader.position;
    while (this.reader.position < packedEnd) put(draft, key, field, this.number(kind, packedEnd));
    return true;
  }

  private number(kind: ScalarKind, end: number): number | bigint {
    const { reader } = this;
    if (kind === 'int64') return reader.int64(end);
    return kind === 'int32' ? reader.int32(end) : reader.float(end);
  }

  private submessage(key: string, field: Field<unknown>, draft: Draft, end: number): void {
    const { reader } = this;
    const list = field.repeated ? ((draft[key] as unknown[] | undefined) ?? []) : undefined;
    reader.path.push(key, list ? list.length : -1);
    const length = this.length(end);
    // A message that occurs twice where the schema has one is one message, in two parts.
    const child = (list ? {} : (draft[key] ?? {})) as Draft;
    this.message(field.message!(), child, reader.position + length);
    reader.path.length -= 2;
    if (list) {
      const convert = this.conversions.get(field);
      list.push(convert ? convert(child) : child);
      draft[key] = list;
    } else draft[key] = child;
  }

  private data(key: string, kind: DataWire, wireType: number, draft: Draft, end: number): boolean {
    const { reader } = this;
    if (wireType === wire.bytes) {
      const length = this.length(end);
      const data = kind === 'bytes' ? new FieldData() : ((draft[key] as FieldData | undefined) ?? new FieldData());
      if (isInline(length)) data.addBytes(reader.bytes(length));
      else {
        data.addRange(reader.source, reader.position, length);
        reader.position += length;
      }
      draft[key] = data;
      return true;
    }
    if (kind === 'bytes' || wireType !== wire[kind]) return false;
    const start = reader.position;
    this.skip(wireType, start, end);
    const length = reader.position - start;
    reader.position = start;
    const data = (draft[key] as FieldData | undefined) ?? new FieldData();
    data.addLoose(reader.bytes(length));
    draft[key] = data;
    return true;
  }

  /** The length of the value that follows, checked against what is left of the message that holds it. */
  private length(end: number): number {
    const { reader } = this;
    const start = reader.position;
    const length = reader.unsigned(end);
    if (length <= end - reader.position) return length;
    if (end < reader.source.size || this.depth > 1) {
      throw reader.damaged(`a value of ${length} bytes does not fit the ${end - reader.position} that are left`, start);
    }
    throw new LatheError(
      'MODEL_FORMAT',
      `The model is cut off: its bytes end at ${reader.source.size}, but ${reader.place()} goes on to byte ` +
        `${reader.position + length}.`,
      { fix: 'Copy or download the file again.' },
    );
  }

  private unknown(id: number, wireType: number, start: number, end: number, draft: Draft): void {
    const { reader } = this;
    this.skip(wireType, start, end, id);
    const length = reader.position - start;
    reader.position = start;
    (draft.unknown ??= []).push(reader.bytes(length));
  }

  private skip(wireType: number, start: number, end: number, group?: number): void {
    const { reader } = this;
    switch (wireType) {
      case wire.varint:
        reader.unsigned(end);
        return;
      case wire.fixed64:
        this.advance(8, end);
        return;
      case wire.fixed32:
        this.advance(4, end);
        return;
      case wire.bytes:
        this.advance(this.length(end), end);
        return;
      case wire.groupStart:
        if (group !== undefined) {
          this.skipGroup(group, start, end);
          return;
        }
        break;
    }
    throw reader.damaged(`${wireType} is not a type of value`, start);
  }

  private advance(count: number, end: number): void {
    if (this.reader.position + count > end) throw this.reader.damaged('a value is cut off');
    this.reader.position += count;
  }

  /** Groups are a withdrawn way to nest messages; skipped without recursion, so that their depth does not matter. */
  private skipGroup(id: number, start: number, end: number): void {
    const { reader } = this;
    const open = [id];
    while (open.length > 0) {
      if (reader.position >= end) throw reader.damaged('a group does not end', start);
      const tag = reader.unsigned(end);
      const inner = Math.floor(tag / 8);
      const wireType = tag % 8;
      if (wireType === wire.groupStart) open.push(inner);
      else if (wireType === wire.groupEnd) {
        if (open.pop() !== inner) throw reader.damaged('a group ends that did not begin', start);
      } else this.skip(wireType, start, end);
    }
  }
}

function put(draft: Draft, key: string, field: Field<unknown>, value: unknown): void {
  if (!field.repeated) draft[key] = value;
  else if (draft[key]) (draft[key] as unknown[]).push(value);
  else draft[key] = [value];
}
