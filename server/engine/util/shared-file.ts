/**
 * Files that are read piece by piece long after they were opened: weights stay in the file until somebody asks.
 *
 * One `SharedFile` stands for one version of one file (device, inode, size, time of change). Its descriptor may be
 * closed when many files are open and is opened again on demand; a file that has changed meanwhile is refused rather
 * than read as a mixture of old and new bytes. Before a file is replaced by a rename, `keepReadable` pins the
 * descriptor, so that whoever holds tensors of the old version goes on reading the old bytes.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { LatheError, messageOf } from '../errors.ts';

/** Well under the 256 descriptors that the strictest of the usual systems gives a process. */
const maxOpenDescriptors = 64;

interface Handle {
  /** -1 while closed. */
  descriptor: number;
  pinned: boolean;
}

/** Handles with an open descriptor that may be closed, least recently used first. */
const evictable = new Set<Handle>();

/** Every version of every file that somebody still holds, by the name it was opened under. */
const files = new Map<string, WeakRef<SharedFile>>();

const collected = new FinalizationRegistry<{ key: string; handle: Handle }>(({ key, handle }) => {
  close(handle);
  if (files.get(key)?.deref() === undefined) files.delete(key);
});

function close(handle: Handle): void {
  evictable.delete(handle);
  if (handle.descriptor < 0) return;
  fs.closeSync(handle.descriptor);
  handle.descriptor = -1;
}

/** What tells one version of a file from another. */
function versionOf(stats: fs.BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

export class SharedFile {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  private readonly version: string;
  private readonly handle: Handle;

  private constructor(absolutePath: string, stats: fs.BigIntStats, handle: Handle) {
    this.path = absolutePath;
    this.size = Number(stats.size);
    this.version = versionOf(stats);
    this.handle = handle;
  }

  /** Opens `filePath`; throws `FILE` when there is no such file, or it is a folder, or may not be read. */
  static open(filePath: string): SharedFile {
    const absolutePath = path.resolve(filePath);
    const { descriptor, stats } = openDescriptor(absolutePath);
    const key = `${versionOf(stats)}:${absolutePath}`;
    const known = files.get(key)?.deref();
    if (known) {
      fs.closeSync(descriptor);
      return known;
    }
    const handle: Handle = { descriptor, pinned: false };
    const file = new SharedFile(absolutePath, stats, handle);
    files.set(key, new WeakRef(file));
    collected.register(file, { key, handle });
    admit(handle);
    return file;
  }

  /**
   * Bytes [offset, offset + length) in memory of their own. Throws `FILE` when the file has changed since it was
   * opened or ends before.
   */
  read(offset: number, length: number): Uint8Array {
    const descriptor = this.descriptor();
    if (versionOf(fs.fstatSync(descriptor, { bigint: true })) !== this.version) throw this.changed();
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = fs.readSync(descriptor, bytes, done, length - done, offset + done);
      if (count === 0) throw this.changed();
      done += count;
    }
    return bytes;
  }

  /** Holds the descriptor open for as long as this object lives. */
  pin(): void {
    this.descriptor();
    this.handle.pinned = true;
    evictable.delete(this.handle);
  }

  /** `true` for another version, or this one, of the file that `stats` describes. */
  isSameFile(stats: fs.BigIntStats): boolean {
    return this.version.startsWith(`${stats.dev}:${stats.ino}:`);
  }

  private descriptor(): number {
    if (this.handle.descriptor < 0) {
      const { descriptor, stats } = openDescriptor(this.path);
      if (versionOf(stats) !== this.version) {
        fs.closeSync(descriptor);
        throw this.changed();
      }
      this.handle.descriptor = descriptor;
    }
    if (!this.handle.pinned) admit(this.handle);
    return this.handle.descriptor;
  }

  private changed(): LatheError {
    return new LatheError('FILE', `The file "${this.path}" has changed on disk since it was opened.`, {
      fix: 'Open it again.',
      at: { file: this.path },
    });
  }
}

/** Counts `handle` as just used, and closes the least recently used one beyond the limit. */
function admit(handle: Handle): void {
  evictable.delete(handle);
  evictable.add(handle);
  if (evictable.size <= maxOpenDescriptors) return;
  for (const oldest of evictable) {
    close(oldest);
    return;
  }
}

function openDescriptor(absolutePath: string): { descriptor: number; stats: fs.BigIntStats } {
  try {
    // Asked first, because opening a pipe would wait for somebody to write into it.
    const kind = fs.statSync(absolutePath);
    if (!kind.isFile()) throw notAFile(absolutePath, kind.isDirectory());
    const descriptor = fs.openSync(absolutePath, 'r');
    return { descriptor, stats: fs.fstatSync(descriptor, { bigint: true }) };
  } catch (error) {
    throw error instanceof LatheError ? error : fileError(absolutePath, error);
  }
}

function notAFile(absolutePath: string, isFolder: boolean): LatheError {
  return new LatheError('FILE', `"${absolutePath}" is ${isFolder ? 'a folder' : 'not a regular file'}.`, {
    fix: 'Give the path of a file.',
    at: { file: absolutePath },
  });
}

function fileError(absolutePath: string, error: unknown): LatheError {
  const code = (error as NodeJS.ErrnoException).code;
  const options = { detail: messageOf(error), at: { file: absolutePath }, cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new LatheError('FILE', `There is no file "${absolutePath}".`, { ...options, fix: 'Check the path.' });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new LatheError('FILE', `The file "${absolutePath}" may not be read.`, {
      ...options,
      fix: 'Give yourself the permission to read it.',
    });
  }
  return new LatheError('FILE', `The file "${absolutePath}" cannot be opened: ${messageOf(error)}`, options);
}

/** Call before `filePath` is replaced by a rename: those who still read the present file go on reading it. */
export function keepReadable(filePath: string): void {
  const stats = fs.statSync(filePath, { bigint: true, throwIfNoEntry: false });
  if (!stats) return;
  for (const reference of files.values()) {
    const file = reference.deref();
    if (file?.isSameFile(stats)) file.pin();
  }
}
