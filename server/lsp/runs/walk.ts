/** Looks through folders for a short time: a wizard that asks where the data are must not make anybody wait. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pictureExtensions } from '../../engine/data/pictures/picture.ts';

export interface SeenFolder {
  readonly path: string;
  /** Names of the files in it, pictures left out. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Pictures directly in it. */
  readonly pictures: number;
}

/** What was seen before the time or the number of entries ran out, by path. */
export type Walked = ReadonlyMap<string, SeenFolder>;

export interface WalkLimits {
  readonly ms: number;
  readonly entries: number;
}

const defaultLimits: WalkLimits = { ms: 300, entries: 8000 };

/** Folders deeper than this below a root hold parts of data sets, not data sets. */
const deepest = 5;

/** Never data of the user's, and often huge. */
const skipped = new Set(['node_modules', '__pycache__', 'site-packages', 'venv', 'env', 'dist', 'build', 'out',
  'target']);

/** Breadth first, so that what is near a root is seen first; `roots` in the order of their importance. */
export async function walkFolders(
  roots: readonly string[],
  limits: WalkLimits = defaultLimits,
  now: () => number = () => performance.now(),
): Promise<Walked> {
  const end = now() + limits.ms;
  const folders = new Map<string, SeenFolder>();
  const queue = [...new Set(roots)].map((path) => ({ path, depth: 0 }));
  let entries = 0;
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { path, depth } = next;
    if (folders.has(path)) continue;
    if (now() >= end || entries >= limits.entries) break;
    const seen = await readFolder(path);
    if (!seen) continue;
    entries += seen.files.length + seen.folders.length + seen.pictures;
    folders.set(path, seen);
    if (depth === deepest) continue;
    for (const name of seen.folders) queue.push({ path: join(path, name), depth: depth + 1 });
  }
  return folders;
}

async function readFolder(path: string): Promise<SeenFolder | undefined> {
  const files: string[] = [];
  const folders: string[] = [];
  let pictures = 0;
  try {
    for (const item of await readdir(path, { withFileTypes: true })) {
      const { name } = item;
      if (name.startsWith('.')) continue;
      // Links may go round in circles, so those to folders are not followed.
      if (item.isDirectory()) {
        if (!skipped.has(name)) folders.push(name);
      } else if (isPicture(name)) pictures += 1;
      else files.push(name);
    }
  } catch {
    // A folder that may not be read has nothing to offer.
    return undefined;
  }
  return { path, files: files.sort(), folders: folders.sort(), pictures };
}

function isPicture(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && pictureExtensions.includes(name.slice(dot).toLowerCase());
}

/** Steps from one folder to another. */
export function distance(from: string, to: string): number {
  const ancestors = new Map<string, number>();
  for (let path = from, steps = 0; ; path = dirname(path), steps++) {
    ancestors.set(path, steps);
    if (path === dirname(path)) break;
  }
  for (let path = to, steps = 0; ; path = dirname(path), steps++) {
    const up = ancestors.get(path);
    if (up !== undefined) return up + steps;
    if (path === dirname(path)) return Infinity;
  }
}

export function childrenOf(folder: SeenFolder, walked: Walked): SeenFolder[] {
  return folder.folders.flatMap((name) => walked.get(join(folder.path, name)) ?? []);
}

export function nameOf({ path }: SeenFolder): string {
  return basename(path);
}
