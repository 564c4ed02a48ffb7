/**
 * Protobuf's wire format read from a source of bytes through a small window: what is skipped is never loaded.
 * (Protocol Buffers documentation, "Encoding".)
 */

import { LatheError } from '../../errors.ts';
import { KnownNames } from './known-names.ts';
import { asBuffer, decodeText } from './text.ts';

/** Bytes that can be read in pieces: a file, or memory. */
export interface ByteSource {
  readonly size: number;
  /** Set when the bytes are a file's. */
  readonly path?: string;
  /** Set when all bytes are in memory. */
  readonly bytes?: Uint8Array;
  /** Bytes [offset, offset + length), all of which exist; may be a view. */
  read(offset: number, length: number): Uint8Array;
}

export function memorySource(memory: Uint8Array): ByteSource {
  // A Buffer's `slice` does not copy: what tensors hand out must be plain arrays.
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
  return { size: bytes.byteLength, bytes, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const windowBytes = 64 * 1024;

/** Values up to this length share buffers of `poolBytes`. */
const pooledBytes = 1024;
const poolBytes = 32 * 1024;

/** What the platform's decoder puts in the place of bytes that are no UTF-8. */
const replacement = '\uFFFD';

/** A varint of 64 bits takes at most this many bytes. */
const maxVarintBytes = 10;

export class WireReader {
  readonly source: ByteSource;
  position = 0;
  /** The message being read: names of fields, each followed by its index where it is a list, else -1. */
  readonly path: (string | number)[] = [];
  private window: Buffer;
  private windowStart = 0;
  /** Halves of the varint read last, both unsigned. */
  private low = 0;
  private high = 0;
  private readonly names = new KnownNames();
  private pool = new ArrayBuffer(0);
  private pooled = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.window = asBuffer(source.bytes ?? new Uint8Array(0));
  }

  /** The error for bytes that break the wire format at `position`. */
  damaged(what: string, position = this.position): LatheError {
    return new LatheError('MODEL_FORMAT', `The model is damaged at byte ${position}: in ${this.place()}, ${what}.`, {
      fix: 'Copy or download the file again.',
    });
  }

  /** Where the reader is, in the names of `onnx.proto`: "graph.node[3].attribute[0].t". */
  place(): string {
    let text = '';
    for (let i = 0; i < this.path.length; i += 2) {
      const name = String(this.path[i]).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const index = Number(this.path[i + 1]);
      text += `${text && '.'}${name}${index < 0 ? '' : `[${index}]`}`;
    }
    return text || 'the model itself';
  }

  /** Makes `count` bytes from `position` on, or all up to the end of the source, available; returns their index. */
  private load(count: number): number {
    const index = this.position - this.windowStart;
    if (index >= 0 && index + count <= this.window.length) return index;
    if (this.source.bytes) return index;
    const length = Math.min(Math.max(windowBytes, count), this.source.size - this.position);
    this.window = asBuffer(this.source.read(this.position, length));
    this.windowStart = this.position;
    return 0;
  }

  /** Reads a varint into `low` and `high`; it must end before `end`. */
  private varint(end: number): void {
    const index = this.load(maxVarintBytes);
    const { window } = this;
    const available = Math.min(maxVarintBytes, window.length - index, end - this.position);
    let low = 0;
    let high = 0;
    for (let i = 0; i < available; i++) {
      const byte = window[index + i]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.position += i + 1;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.damaged(available < maxVarintBytes ? 'a number is cut off' : 'a number is longer than 10 bytes');
  }

  /** An unsigned number: a tag or a length. Values beyond 2^53 lose digits and are larger than any file. */
  unsigned(end: number): number {
    this.varint(end);
    return this.high * 2 ** 32 + this.low;
  }

  int32(end: number): number {
    this.varint(end);
    return this.low | 0;
  }

  int64(end: number): bigint {
    this.varint(end);
    if (this.high === 0) return BigInt(this.low);
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  float(end: number): number {
    const index = this.fixed(4, end);
    return new DataView(this.window.buffer, this.window.byteOffset + index, 4).getFloat32(0, true);
  }

  private fixed(count: number, end: number): number {
    if (this.position + count > end) throw this.damaged('a number is cut off');
    const index = this.load(count);
    this.position += count;
    return index;
  }

  /** A `string` field of `length` bytes. */
  text(length: number): string {
    if (length > windowBytes) return decodeText(this.bytes(length));
    const index = this.load(length);
    this.position += length;
    const known = this.names.find(this.window, index, length);
    if (known !== undefined) return known;
    const text = this.window.toString('utf8', index, index + length);
    this.names.add(text);
    return text.includes(replacement) ? decodeText(this.window.subarray(index, index + length)) : text;
  }

  /** The next `length` bytes, in memory of their own. */
  bytes(length: number): Uint8Array {
    if (length > windowBytes && !this.source.bytes) {
      const bytes = this.source.read(this.position, length);
      this.position += length;
      return bytes;
    }
    const index = this.load(length);
    this.position += length;
    // Not `slice`, which in a Buffer would not copy but hold on to the whole window.
    const bytes = this.memory(length);
    bytes.set(this.window.subarray(index, index + length));
    return bytes;
  }

  /** A piece of a larger buffer for small values: thousands of buffers of their own would be slow to make and free. */
  private memory(length: number): Uint8Array {
    if (length > pooledBytes) return new Uint8Array(length);
    if (this.pooled + length > this.pool.byteLength) {
      this.pool = new ArrayBuffer(poolBytes);
      this.pooled = 0;
    }
    const bytes = new Uint8Array(this.pool, this.pooled, length);
    // Numbers of any type can be viewed where they are.
    this.pooled += Math.ceil(length / 8) * 8;
    return bytes;
  }
}
