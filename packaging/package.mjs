// `npm run package`: one VSIX for each platform asked for, without an argument for this one.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { packagedManifest, runtimeFiles, shipped, targets } from './contents.mjs';

const usage = `npm run package -- [--target ${targets.join('|')}]… [--all] [--out FOLDER]`;

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: [`${process.platform}-${process.arch}`] },
    all: { type: 'boolean', default: false },
    out: { type: 'string', default: root },
  },
});
const wanted = values.all ? targets : values.target;
const unknown = wanted.filter((target) => !targets.includes(target));
if (unknown.length > 0) {
  console.error(`onnxruntime-node has no libraries for ${unknown.join(', ')}.\n${usage}`);
  process.exit(2);
}

/**
 * @param {string} from
 * @param {string} to
 */
async function copy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await cp(join(root, from), to, {
    recursive: true,
    filter: (path) => !/\.(map|d\.ts)$/.test(path),
  });
}

// A folder of its own for each: what is being built for tests beside it stays as it is.
const staging = await mkdtemp(join(tmpdir(), 'lathe-package-'));
try {
  const base = join(staging, 'base');
  for (const path of shipped) await copy(path, join(base, path));
  await promisify(execFile)(process.execPath, [join(root, 'esbuild.mjs'), '--minify', '--out', join(base, 'dist')], {
    cwd: root,
  });
  const manifest = packagedManifest(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  await writeFile(join(base, 'package.json'), JSON.stringify(manifest, null, 2));
  await mkdir(values.out, { recursive: true });

  for (const target of wanted) {
    const folder = join(staging, target);
    await cp(base, folder, { recursive: true });
    const libraries = await readdir(join(root, 'node_modules/onnxruntime-node/bin/napi-v6', target.replace('-', '/')));
    for (const { from, to } of runtimeFiles(target, libraries)) await copy(from, join(folder, to));
    const vsix = resolve(values.out, `${manifest.name}-${target}-${manifest.version}.vsix`);
    await createVSIX({
      cwd: folder, packagePath: vsix, target, dependencies: false, allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    await rm(folder, { recursive: true });
    console.log(`${vsix}: ${((await stat(vsix)).size / 1e6).toFixed(1)} MB`);
  }
} finally {
  await rm(staging, { recursive: true, force: true });
}
