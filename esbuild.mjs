// Bundles every program Lathe ships. Types are checked elsewhere (`npm run typecheck`).
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

// `--minify` and a folder of its own for what is packaged.
const { values: { minify, out } } = parseArgs({
  options: { minify: { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
});

/** @param {string} path below dist/ */
const outPath = (path) => join(out, relative('dist', path));

/**
 * One line per program: its first file, the bundle it becomes, whether it is started by name from a shell, and
 * whether it runs in a webview. A webview program's style sheet lies beside it.
 * @type {{ entry: string, bundle: string, executable?: boolean, webview?: boolean }[]}
 */
const programs = [
  { entry: 'client/main.ts', bundle: 'dist/client/extension.js' },
  { entry: 'server/cli/main.ts', bundle: 'dist/server/lathe.js', executable: true },
  { entry: 'server/lsp/main.ts', bundle: 'dist/server/language-server.js' },
  { entry: 'server/jobs/main.ts', bundle: 'dist/server/job.js' },
  { entry: 'server/engine/runtime/worker/main.ts', bundle: 'dist/server/runtime-worker.js' },
  { entry: 'webview/graph/main.ts', bundle: 'dist/webview/graph.js', webview: true },
  { entry: 'webview/layout/worker.ts', bundle: 'dist/webview/layout-worker.js', webview: true },
  { entry: 'webview/result/main.ts', bundle: 'dist/webview/result.js', webview: true },
  { entry: 'webview/compare/main.ts', bundle: 'dist/webview/compare.js', webview: true },
];

/**
 * Files that a bundle opens at run time, beside it (WebAssembly, for one).
 * @type {{ from: string, to: string }[]}
 */
const assets = [
  { from: 'node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm', to: 'dist/server/jpeg-turbo.wasm' },
];

/** @type {import('esbuild').BuildOptions} */
const shared = { bundle: true, minify, sourcemap: !minify, logLevel: 'warning' };

/** @type {import('esbuild').BuildOptions} */
const inWebview = { ...shared, platform: 'browser', target: 'es2023', format: 'iife' };

/** @type {import('esbuild').BuildOptions} */
const inNode = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // onnxruntime ships native libraries and finds them relative to its own folder; vscode is the editor's own.
  external: ['onnxruntime-node', 'vscode'],
  // CommonJS has no import.meta; without this `new URL('x', import.meta.url)` would throw, but only in the bundle.
  define: { 'import.meta.url': 'bundleUrl' },
};

const bundleUrl = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

/** @param {string[]} paths */
async function missing(paths) {
  const found = await Promise.all(paths.map((path) => stat(path).then(() => true, () => false)));
  return paths.filter((_, i) => !found[i]);
}

const absent = await missing([...programs.map(({ entry }) => entry), ...assets.map(({ from }) => from)]);
if (absent.length > 0) {
  console.error(`esbuild.mjs declares files that do not exist: ${absent.join(', ')}`);
  process.exit(1);
}

await Promise.all(programs.map(async ({ entry, bundle, executable = false, webview = false }) => {
  if (webview) {
    await build({ ...inWebview, entryPoints: [entry], outfile: outPath(bundle) });
    return;
  }
  const banner = executable ? `#!/usr/bin/env node\n${bundleUrl}` : bundleUrl;
  await build({ ...inNode, entryPoints: [entry], outfile: outPath(bundle), banner: { js: banner } });
  if (executable) await chmod(outPath(bundle), 0o755);
}));

for (const { from, to } of assets) {
  await mkdir(dirname(outPath(to)), { recursive: true });
  await copyFile(from, outPath(to));
}
