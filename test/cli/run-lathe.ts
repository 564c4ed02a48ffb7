/** Runs the built `lathe` as a shell would. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const program = join(root, 'dist/server/lathe.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when standard error has held a text that matches. */
  says(pattern: RegExp): Promise<void>;
}

export function startLathe(args: readonly string[], cwd = root): Running {
  if (!existsSync(program)) throw new Error('Build first: npm run build');
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => stdout += bytes.toString());
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    for (const look of waiting) look();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const says = (pattern: RegExp): Promise<void> => new Promise((resolve, reject) => {
    const look = (): void => {
      if (!pattern.test(stderr)) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
    void finished.then(() => reject(new Error(`It ended without saying ${String(pattern)}:\n${stderr}`)));
  });
  return { process: child, finished, says };
}

export function lathe(...args: readonly string[]): Promise<Finished> {
  return startLathe(args).finished;
}
