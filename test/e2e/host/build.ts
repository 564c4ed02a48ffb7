import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../harness/root.ts';

/** Bundles the suites into dist/, from where they find mocha, and gives the path of their entry. */
export async function buildHostSuites(): Promise<string> {
  const folder = join(root, 'test/e2e/host');
  const outdir = join(root, 'dist/test/host');
  const suites = (await readdir(folder)).filter((name) => name.endsWith('.host.ts'));
  await build({
    entryPoints: ['index.ts', ...suites].map((name) => join(folder, name)), outdir, bundle: true, platform: 'node',
    format: 'cjs', target: 'node20', sourcemap: 'inline', external: ['vscode', 'mocha'], logLevel: 'warning',
  });
  return join(outdir, 'index.js');
}
