/** What a process that was killed while it wrote leaves behind: files under temporary names, never half a result. */

import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Removes the temporary files of the model at `path` and of its external data. */
export function removeHalfWritten(path: string): void {
  const folder = dirname(path);
  const starts = [`.${basename(path)}.`, `.${basename(path)}.data.`];
  try {
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.tmp') && starts.some((start) => name.startsWith(start))) {
        rmSync(join(folder, name), { force: true });
      }
    }
  } catch {
    // The folder may be gone, too: then nothing is left in it.
  }
}
