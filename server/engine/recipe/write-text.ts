/** Writes a text file whole or not at all. */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LatheError, messageOf } from '../errors.ts';

/** Throws `WRITE`. */
export function writeText(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new LatheError('WRITE', `Cannot write "${path}".`, {
      detail: messageOf(error),
      fix: 'Check that the folder exists and may be written to.',
      at: { file: path },
      cause: error,
    });
  }
}
