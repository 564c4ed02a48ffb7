/** The bulk fields of a tensor as they were found in the file: ranges of it, or a few bytes in memory. */

import type { Payload } from './schema.ts';
import type { ByteSource } from './wire-reader.ts';

/** Shorter data is kept in memory: asking the file for it would cost more than holding it. */
const inlineBytes = 1024;

/** The encoded value of one `data` field; several occurrences of a packed field follow each other. */
export class FieldData implements Payload {
  byteLength = 0;
  /** Nearly always the only one: a model has tens of thousands of tensors, and lists of one would weigh. */
  private first: Payload | undefined;
  private others: Payload[] | undefined;
  private range: { readonly path: string; readonly offset: number } | undefined;
  /** Elements that were written one by one (not packed), until the next read. */
  private loose: number[] | undefined;

  /** Where the bytes are in a file, when they are one piece of it. */
  get file(): { readonly path: string; readonly offset: number } | undefined {
    return this.others || this.loose ? undefined : this.range;
  }

  /** The bytes [offset, offset + length) of `source`. */
  addRange(source: ByteSource, offset: number, length: number): void {
    this.flush();
    this.byteLength += length;
    if (source.path !== undefined) this.range = { path: source.path, offset };
    this.add({
      byteLength: length,
      read: (start = 0, end = length) => source.read(offset + start, end - start),
    });
  }

  addBytes(bytes: Uint8Array): void {
    this.flush();
    this.byteLength += bytes.byteLength;
    this.add(inMemory(bytes));
  }

  addLoose(bytes: Uint8Array): void {
    this.byteLength += bytes.byteLength;
    this.loose ??= [];
    for (const byte of bytes) this.loose.push(byte);
  }

  read(start = 0, end = this.byteLength): Uint8Array {
    this.flush();
    const { first, others = [] } = this;
    if (first && others.length === 0) return first.read(start, end);
    const out = new Uint8Array(end - start);
    let position = 0;
    for (const part of first ? [first, ...others] : []) {
      const from = Math.max(start, position);
      const to = Math.min(end, position + part.byteLength);
      if (from < to) out.set(part.read(from - position, to - position), from - start);
      position += part.byteLength;
    }
    return out;
  }

  private flush(): void {
    if (!this.loose) return;
    const bytes = Uint8Array.from(this.loose);
    this.loose = undefined;
    this.add(inMemory(bytes));
  }

  private add(part: Payload): void {
    if (!this.first) this.first = part;
    else (this.others ??= []).push(part);
  }
}

export function isInline(length: number): boolean {
  return length <= inlineBytes;
}

function inMemory(bytes: Uint8Array): Payload {
  return { byteLength: bytes.byteLength, read: (start, end) => bytes.subarray(start, end) };
}
