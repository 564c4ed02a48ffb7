import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Installed } from './environment.ts';
import { root } from './root.ts';
import { runServerCommand } from './server.ts';

const helperSource = join(root, 'test/e2e/harness/helper');

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** As the editor names it: "publisher.name". */
export async function latheId(): Promise<string> {
  const { publisher, name } = await readManifest(root);
  return `${publisher}.${name}`;
}

/** Packages Lathe as users get it, or takes the VSIX that the variable LATHE_VSIX names. */
export async function packageLathe(folder: string): Promise<string> {
  const given = process.env['LATHE_VSIX'];
  if (given !== undefined) return resolve(given);
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('npm', ['run', '--silent', 'package', '--', '--target', 'linux-x64', '--out', folder], {
    cwd: root, maxBuffer: 2 ** 26,
  });
  const file = (await readdir(folder)).find((name) => name.endsWith('.vsix'));
  if (file === undefined) throw new Error('`npm run package` left no VSIX.');
  return join(folder, file);
}

/** Fills a new folder of extensions: the tests' helper, and the VSIX as the editor's own command installs it. */
export async function installExtensions(
  programs: Installed, vsix: string, scratch: string,
): Promise<string> {
  const extensions = join(scratch, 'extensions');
  // Before the server has ever run: it registers what it finds on its first start only.
  await buildHelper(extensions);
  await runServerCommand({ ...programs, extensions }, join(scratch, 'install'), ['--install-extension', vsix]);
  return extensions;
}

/** Where the helper lies in a folder of extensions. */
export async function helperFolder(extensions: string): Promise<string> {
  const { publisher, name, version } = await readManifest(helperSource);
  return join(extensions, `${publisher}.${name}-${version}`);
}

async function buildHelper(extensions: string): Promise<void> {
  const folder = await helperFolder(extensions);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), await readFile(join(helperSource, 'package.json')));
  await build({
    entryPoints: [join(helperSource, 'main.ts')], outfile: join(folder, 'main.js'), bundle: true, platform: 'node',
    format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'warning',
  });
}
