// What a package holds: only what runs on its platform.

/** The platforms that onnxruntime-node has libraries for, as VS Code names them. */
export const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Files and folders that are packaged as they are, at the same place. */
export const shipped = [
  'README.md', 'LICENSE', 'media', 'syntaxes', 'docs/problems.md', 'samples/digits.onnx', 'samples/digits.data.yaml',
  'samples/README.md', 'samples/pictures',
];

/** From where the bundles in dist/server/ find onnxruntime. VS Code's packager leaves out a node_modules/ on top. */
const modules = 'dist/server/node_modules';

/**
 * The parts of onnxruntime that run on a platform; the rest of its 290 MB is for others or for its installation.
 * @param {string} target
 * @param {string[]} libraries names of the files for that platform
 * @returns {{ from: string, to: string }[]}
 */
export function runtimeFiles(target, libraries) {
  const folder = `onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
  const files = [
    'onnxruntime-node/package.json', 'onnxruntime-node/dist', 'onnxruntime-common/package.json',
    'onnxruntime-common/dist/cjs', ...libraries.filter(isLoaded).map((name) => `${folder}/${name}`),
  ];
  return files.map((file) => ({ from: `node_modules/${file}`, to: `${modules}/${file}` }));
}

/**
 * The binding loads libonnxruntime.1.dylib; the file with the whole version in its name is a copy of it.
 * @param {string} library
 */
function isLoaded(library) {
  return !/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(library);
}

/**
 * The manifest of a package: what concerns its making is left out.
 * @param {Record<string, unknown>} manifest
 */
export function packagedManifest(manifest) {
  const making = ['scripts', 'dependencies', 'devDependencies'];
  return Object.fromEntries(Object.entries(manifest).filter(([name]) => !making.includes(name)));
}
