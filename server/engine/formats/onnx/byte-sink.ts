/** Where encoded bytes go: memory of known size, or a file through a buffer. */

import * as fs from 'node:fs';

const bufferBytes = 1024 * 1024;

export abstract class ByteSink {
  protected abstract put(bytes: Uint8Array): void;
  private readonly scratch = new Uint8Array(10);
  private readonly scratchView = new DataView(this.scratch.buffer);

  bytes(bytes: Uint8Array): void {
    this.put(bytes);
  }

  varint(value: number): void {
    let length = 0;
    let rest = value;
    while (rest >= 128) {
      this.scratch[length] = (rest % 128) + 128;
      length += 1;
      rest = Math.floor(rest / 128);
    }
    this.scratch[length] = rest;
    this.put(this.scratch.subarray(0, length + 1));
  }

  /** Negative numbers take ten bytes: two's complement of 64 bits. */
  int64(value: bigint): void {
    let length = 0;
    let rest = BigInt.asUintN(64, value);
    while (rest >= 128n) {
      this.scratch[length] = Number(rest & 127n) + 128;
      length += 1;
      rest >>= 7n;
    }
    this.scratch[length] = Number(rest);
    this.put(this.scratch.subarray(0, length + 1));
  }

  float(value: number): void {
    this.scratchView.setFloat32(0, value, true);
    this.put(this.scratch.subarray(0, 4));
  }
}

export class MemorySink extends ByteSink {
  readonly result: Uint8Array;
  private position = 0;

  constructor(byteLength: number) {
    super();
    this.result = new Uint8Array(byteLength);
  }

  protected override put(bytes: Uint8Array): void {
    this.result.set(bytes, this.position);
    this.position += bytes.byteLength;
  }
}

/** Writes to an open file from its start; `flush` when done. */
export class FileSink extends ByteSink {
  /** Bytes given so far. */
  position = 0;
  private readonly descriptor: number;
  private readonly buffer = new Uint8Array(bufferBytes);
  private filled = 0;

  constructor(descriptor: number) {
    super();
    this.descriptor = descriptor;
  }

  protected override put(bytes: Uint8Array): void {
    this.position += bytes.byteLength;
    if (this.filled + bytes.byteLength > bufferBytes) this.flush();
    if (bytes.byteLength >= bufferBytes) {
      writeAll(this.descriptor, bytes);
      return;
    }
    this.buffer.set(bytes, this.filled);
    this.filled += bytes.byteLength;
  }

  flush(): void {
    writeAll(this.descriptor, this.buffer.subarray(0, this.filled));
    this.filled = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.byteLength) done += fs.writeSync(descriptor, bytes, done, bytes.byteLength - done);
}
