/** The folder in which a job process works: all its temporary files are in it, so that they end with the process. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const jobFolderPrefix = 'lathe-job-';

export function makeJobFolder(): string {
  return mkdtempSync(join(tmpdir(), jobFolderPrefix));
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
