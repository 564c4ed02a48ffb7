/**
 * A training run on disk: numbers and tensors, written under another name and renamed, so that a run that is killed
 * leaves the checkpoint before or this one, never a half. Laid out like safetensors: the header's length in 8 bytes, a
 * JSON header with the run's figures and the tensors' places, then the tensors' bytes.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LatheError, messageOf } from '../../errors.ts';
import { bytesOf, nativeView, type NativeArray } from '../../tensor/codec.ts';
import type { DataType } from '../../tensor/dtype.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';

export interface Checkpoint<Figures> {
  /** What the run is: a checkpoint of another one is not taken up. */
  readonly fingerprint: string;
  readonly figures: Figures;
  readonly tensors: Readonly<Record<string, TensorValue>>;
}

interface Entry {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

interface Header {
  readonly fingerprint: string;
  readonly figures: unknown;
  readonly tensors: Readonly<Record<string, Entry>>;
}

/** Tensors begin at multiples of this, so that arrays of every type can be read in place. */
const alignment = 8;

/** @throws LatheError `WRITE` */
export function writeCheckpoint(path: string, checkpoint: Checkpoint<unknown>): void {
  const entries: Record<string, Entry> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { dtype, dims, data }] of Object.entries(checkpoint.tensors)) {
    const bytes = bytesOf(data as NativeArray);
    entries[name] = { dtype, shape: dims, data_offsets: [at, at + bytes.length] };
    const padding = (alignment - (bytes.length % alignment)) % alignment;
    parts.push(bytes, new Uint8Array(padding));
    at += bytes.length + padding;
  }
  const { fingerprint, figures } = checkpoint;
  const header = Buffer.from(JSON.stringify({ fingerprint, figures, tensors: entries } satisfies Header));
  const spaces = Buffer.alloc((alignment - (header.length % alignment)) % alignment, ' ');
  const length = Buffer.alloc(alignment);
  length.writeBigUInt64LE(BigInt(header.length + spaces.length));
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, Buffer.concat([length, header, spaces, ...parts]));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new LatheError('WRITE', `The checkpoint "${path}" cannot be written.`, {
      detail: messageOf(error),
      fix: 'Check that the folder exists, may be written to and has room.',
      at: { file: path },
      cause: error,
    });
  }
}

/** The checkpoint of the run with this fingerprint; undefined where there is none that can be read. */
export function readCheckpoint<Figures>(path: string, fingerprint: string): Checkpoint<Figures> | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  try {
    const length = Number(bytes.readBigUInt64LE(0));
    const start = alignment + length;
    const header = JSON.parse(bytes.subarray(alignment, start).toString()) as Header;
    if (header.fingerprint !== fingerprint) return undefined;
    const tensors: Record<string, TensorValue> = {};
    for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header.tensors)) {
      if (start + to > bytes.length) return undefined;
      // A copy: arrays must begin at multiples of their elements' size, which a buffer of Node's need not.
      const own = new Uint8Array(bytes.subarray(start + from, start + to));
      const count = shape.reduce((a, b) => a * b, 1);
      tensors[name] = { dtype, dims: shape, data: nativeView(dtype, own, count) };
    }
    return { fingerprint, figures: header.figures as Figures, tensors };
  } catch {
    // Not a checkpoint, or one of another version: the run begins anew.
    return undefined;
  }
}

export function removeCheckpoint(path: string): void {
  rmSync(path, { force: true });
}
