import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from './root.ts';

/** What a story runs on. */
export interface Environment {
  /** The Node that the VS Code server needs. */
  readonly node: string;
  /** The VS Code server's main file. */
  readonly server: string;
  readonly chromium: string;
  /** Folder of installed extensions: Lathe from its VSIX, and the tests' helper. */
  readonly extensions: string;
  /** Folder of this run, for servers, workspaces and evidence of failures. */
  readonly scratch: string;
}

/** Why nothing can be run here, as a sentence. */
export interface Missing {
  readonly missing: string;
}

/** Lathe could not be packaged or installed: every story fails with this. */
export interface Broken {
  readonly broken: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    environment: Environment | Missing | Broken;
  }
}

/** Code with which set-up.sh ends where something cannot be had. */
const cannotBeHad = 3;

export type Installed = Pick<Environment, 'node' | 'server' | 'chromium'>;

/** Brings the workbench onto this machine: at once when it is there, one or two minutes when not. */
export async function installWorkbench(): Promise<Installed | Missing> {
  if (process.platform !== 'linux') return { missing: 'The pinned VS Code server runs on Linux x86_64 only.' };
  const script = join(root, 'test/e2e/workbench/set-up.sh');
  const { code, output, errors } = await new Promise<{ code: unknown; output: string; errors: string }>((done) => {
    execFile('bash', [script], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : error.code, output: stdout, errors: stderr.trim() }));
  });
  if (code === cannotBeHad) return { missing: errors.split('\n').at(-1) ?? 'The workbench could not be set up.' };
  if (code !== 0) throw new Error(`set-up.sh failed.\n${errors}`);

  const paths = new Map(output.trim().split('\n').map((line) => line.split('=', 2) as [string, string]));
  const path = (name: string): string => {
    const found = paths.get(name);
    if (found === undefined) throw new Error(`set-up.sh did not name ${name}.`);
    return found;
  };
  return { node: path('node'), server: path('server'), chromium: path('chromium') };
}
