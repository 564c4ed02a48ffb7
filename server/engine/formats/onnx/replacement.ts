/** A file written under a temporary name in its folder and renamed when it is whole. */

import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { LatheError, messageOf } from '../../errors.ts';
import { keepReadable } from '../../util/shared-file.ts';

export class Replacement {
  private readonly target: string;
  private readonly temporary: string;
  private state: 'new' | 'written' | 'done' = 'new';

  /** `target` is absolute. */
  constructor(target: string) {
    this.target = target;
    const suffix = randomBytes(6).toString('hex');
    this.temporary = path.join(path.dirname(target), `.${path.basename(target)}.${suffix}.tmp`);
  }

  write(fill: (descriptor: number) => void): void {
    if (fs.statSync(this.target, { throwIfNoEntry: false })?.isDirectory()) {
      throw new LatheError('WRITE', `"${this.target}" is a folder.`, { fix: 'Give the name of a file.' });
    }
    const descriptor = fs.openSync(this.temporary, 'wx');
    this.state = 'written';
    try {
      fill(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** Puts the new file in the place of the old one. Tensors that are read from the old one go on reading it. */
  commit(): void {
    keepReadable(this.target);
    fs.renameSync(this.temporary, this.target);
    this.state = 'done';
  }

  /** Removes what was written and not committed. */
  discard(): void {
    if (this.state === 'written') fs.rmSync(this.temporary, { force: true });
    this.state = 'done';
  }
}

const reasons: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space or write to another disk.'],
  EDQUOT: ['the disk quota is used up', 'Free some space or write to another disk.'],
  EACCES: ['its folder may not be written to', 'Choose another folder or change its permissions.'],
  EPERM: ['its folder may not be written to', 'Choose another folder or change its permissions.'],
  EROFS: ['its disk is read-only', 'Choose another folder.'],
  ENOENT: ['its folder does not exist', 'Create the folder first.'],
  ENOTDIR: ['its folder is not a folder', 'Choose another folder.'],
  EBUSY: ['another program is using it', 'Close the other program or choose another name.'],
  ENAMETOOLONG: ['its name is too long', 'Choose a shorter name.'],
};

/** The error for a failed attempt to write `target`. */
export function writeFailure(target: string, error: unknown): LatheError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [what, fix] = reasons[code] ?? [messageOf(error), undefined];
  return new LatheError('WRITE', `"${target}" cannot be written: ${what}.`, {
    detail: messageOf(error),
    ...(fix !== undefined && { fix }),
    at: { file: target },
    cause: error,
  });
}
