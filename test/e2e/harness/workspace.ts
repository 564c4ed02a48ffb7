import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './root.ts';

/** A file or folder to copy, a text to write, or arguments of a `lathe` that makes the file. */
export type WorkspaceFile =
  | { readonly copy: string }
  | { readonly text: string }
  | { readonly lathe: readonly string[] };

/** What a workspace holds, by relative path. */
export type WorkspaceFiles = Readonly<Record<string, WorkspaceFile>>;

/** The sample of the README: a model, its pictures and the file that describes them. */
export const sampleFiles = {
  'digits.onnx': { copy: join(root, 'samples/digits.onnx') },
  'digits.data.yaml': { copy: join(root, 'samples/digits.data.yaml') },
  'pictures': { copy: join(root, 'samples/pictures') },
} as const satisfies WorkspaceFiles;

/** The sample with weights in int8, made at once and without data. */
export const dynamicSample: WorkspaceFile = {
  lathe: ['quantize', join(root, 'samples/digits.onnx'), '--scheme', 'dynamic'],
};

export async function layOutWorkspace(folder: string, files: WorkspaceFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, source] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if ('text' in source) await writeFile(path, source.text);
    else if ('copy' in source) await cp(source.copy, path, { recursive: true });
    else await runLathe([...source.lathe, '-o', path, '--quiet']);
  }
}

/** The command line as `npm run build` leaves it. */
async function runLathe(args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'dist/server/lathe.js'), ...args]);
}
