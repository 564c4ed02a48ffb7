import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the repository, also for what was bundled into dist/. */
export const root = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  return existsSync(join(folder, 'vitest.config.mts')) ? folder : findRoot(dirname(folder));
}
