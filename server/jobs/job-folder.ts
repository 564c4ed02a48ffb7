/** The folder in which a job process works: all its temporary files are in it, so that they end with the process. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LatheError, messageOf } from '../engine/errors.ts';

export const jobFolderPrefix = 'lathe-job-';

/** Throws `WRITE`. */
export function makeJobFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), jobFolderPrefix));
  } catch (error) {
    throw new LatheError('WRITE', `No temporary folder can be made in "${tmpdir()}".`, {
      detail: messageOf(error),
      fix: 'Free some space there, or set TMPDIR to another folder.',
      cause: error,
    });
  }
}

/** What stays, on Windows while a process is still ending, is the system's to clean up. */
export function removeJobFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
  } catch {
    // Temporary files of a run are not worth an error of their own.
  }
}

/** The environment that makes a process put its temporary files there. */
export function environmentIn(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder };
}
