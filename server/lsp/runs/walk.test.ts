import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distance, walkFolders } from './walk.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lathe-walk-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(...path: readonly string[]): void {
  mkdirSync(join(root, ...path.slice(0, -1)), { recursive: true });
  writeFileSync(join(root, ...path), '');
}

describe('a walk', () => {
  it('counts pictures apart from files', async () => {
    put('a', '1.png');
    put('a', '2.JPEG');
    put('a', 'labels.json');
    const folders = await walkFolders([root]);
    expect(folders.get(join(root, 'a'))).toEqual({
      path: join(root, 'a'), files: ['labels.json'], folders: [], pictures: 2,
    });
  });

  it('does not look into packages, hidden folders and links', async () => {
    put('node_modules', 'x', 'y.npz');
    put('.git', 'z.npz');
    symlinkSync(root, join(root, 'round'));
    expect([...(await walkFolders([root])).keys()]).toEqual([root]);
  });

  it('sees what is near first, and stops when time or entries run out', async () => {
    for (const name of ['a', 'b', 'c']) put(name, 'deep', 'x.npz');
    const few = await walkFolders([root], { ms: 1e9, entries: 5 });
    expect([...few.keys()]).toEqual([root, join(root, 'a'), join(root, 'b')]);
    let now = 0;
    const short = await walkFolders([root], { ms: 25, entries: 1e9 }, () => (now += 10));
    expect([...short.keys()]).toEqual([root, join(root, 'a')]);
  });

  it('goes on where a folder cannot be read', async () => {
    put('a', 'x.npz');
    expect([...(await walkFolders([join(root, 'gone'), join(root, 'a')])).keys()]).toEqual([join(root, 'a')]);
  });
});

describe('the distance', () => {
  it.each<[string, string, number]>([
    ['/a/b', '/a/b', 0],
    ['/a/b', '/a/b/c', 1],
    ['/a/b', '/a/c/d', 3],
    ['/', '/a', 1],
  ])('from %s to %s', (from, to, steps) => {
    expect(distance(from, to)).toBe(steps);
  });
});
