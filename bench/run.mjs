// Bundles a script of this folder and runs it: node bench/run.mjs bench/NAME.ts [arguments]
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { build } from 'esbuild';

const [script, ...rest] = process.argv.slice(2);
if (!script) {
  console.error('Usage: node bench/run.mjs bench/NAME.ts [arguments]');
  process.exit(2);
}

const bundle = `dist/bench/${basename(script, '.ts')}.mjs`;
await build({
  entryPoints: [script],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
  packages: 'external',
});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', bundle, ...rest], { stdio: 'inherit' });
process.exit(status ?? 1);
