/** Where the other programs of Lathe are: beside this one, or in `dist/` of a source tree. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LatheError } from '../errors.ts';

export type ProgramName = 'runtime-worker' | 'job';

/** Path of the bundle of `name`. Throws `INTERNAL` when the installation lacks it. */
export function findProgram(name: ProgramName): string {
  const bundle = join('dist', 'server', `${name}.js`);
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, bundle);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  throw new LatheError('INTERNAL', `A program of Lathe (${bundle}) is missing.`, {
    detail: `Looked for it in ${start} and the folders above.`,
    fix: 'Install Lathe again; in a source tree run "npm run build".',
  });
}
