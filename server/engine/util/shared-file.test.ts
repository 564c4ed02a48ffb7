import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepReadable, SharedFile } from './shared-file.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-shared-file-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Puts a new file in the place of `file`, as writers do that are careful. */
function replace(file: string, text: string): void {
  fs.renameSync(write('new', text), file);
}

describe('a shared file', () => {
  it('is read in pieces', () => {
    const file = SharedFile.open(write('a', 'hello world'));
    expect(file.size).toBe(11);
    expect(textOf(file.read(6, 5))).toBe('world');
    expect(file.read(0, 0).byteLength).toBe(0);
  });

  it('is one object while it stays the same', () => {
    const name = write('a', 'one');
    const first = SharedFile.open(name);
    expect(SharedFile.open(name)).toBe(first);
    replace(name, 'two!');
    expect(SharedFile.open(name)).not.toBe(first);
  });

  it.each([
    ['missing', 'There is no file'],
    ['.', 'is a folder'],
  ])('cannot be %s', (name, words) => {
    const error = expect.objectContaining({ code: 'FILE', message: expect.stringContaining(words) as string }) as Error;
    expect(() => SharedFile.open(path.join(folder, name))).toThrow(error);
  });

  it('refuses to mix the bytes of two versions', () => {
    const name = write('a', 'first');
    const file = SharedFile.open(name);
    fs.writeFileSync(name, 'second');
    expect(() => file.read(0, 5)).toThrow('has changed on disk');
    expect(() => file.read(0, 5)).toThrow(expect.objectContaining({ code: 'FILE' }) as Error);
  });

  it('does not read beyond its end', () => {
    expect(() => SharedFile.open(write('a', 'abc')).read(2, 2)).toThrow('has changed on disk');
  });

  it('goes on with the old bytes when it is replaced', () => {
    const name = write('a', 'old bytes');
    const file = SharedFile.open(name);
    keepReadable(name);
    replace(name, 'new bytes!');
    expect(textOf(file.read(0, 3))).toBe('old');
    expect(textOf(SharedFile.open(name).read(0, 3))).toBe('new');
  });

  it('goes on under every name that it was opened by', () => {
    const name = write('a', 'old bytes');
    fs.linkSync(name, path.join(folder, 'b'));
    fs.symlinkSync(name, path.join(folder, 'c'));
    const files = ['a', 'b', 'c'].map((other) => SharedFile.open(path.join(folder, other)));
    keepReadable(name);
    replace(name, 'new bytes!');
    replace(path.join(folder, 'b'), 'new bytes!');
    expect(files.map((file) => textOf(file.read(0, 3)))).toEqual(['old', 'old', 'old']);
  });

  it('goes on when many others were opened since', () => {
    const names = Array.from({ length: 200 }, (_, i) => write(`file${i}`, `text ${i}`));
    const descriptors = (): number => fs.readdirSync('/dev/fd').length;
    const before = descriptors();
    const files = names.map((name) => SharedFile.open(name));
    expect(descriptors() - before).toBeLessThan(100);
    files.forEach((file, i) => {
      expect(textOf(file.read(5, file.size - 5))).toBe(String(i));
    });
    // The descriptor of the first is closed by now: pinning opens it again before its name means another file.
    keepReadable(names[0]!);
    replace(names[0]!, 'other text');
    expect(textOf(files[0]!.read(0, 6))).toBe('text 0');
    replace(names[1]!, 'other text');
    for (const file of files.slice(2)) file.read(0, 1);
    expect(() => files[1]!.read(0, 1)).toThrow('has changed on disk');
  });
});
