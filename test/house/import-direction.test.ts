import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const folders = {
  protocol: 'protocol',
  util: 'server/engine/util',
  tensor: 'server/engine/tensor',
  model: 'server/engine/model',
  formats: 'server/engine/formats',
  data: 'server/engine/data',
  runtime: 'server/engine/runtime',
  targets: 'server/engine/targets',
  analysis: 'server/engine/analysis',
  train: 'server/engine/train',
  passes: 'server/engine/passes',
  recipe: 'server/engine/recipe',
  jobs: 'server/jobs',
  lsp: 'server/lsp',
  cli: 'server/cli',
  client: 'client',
  webview: 'webview',
};
type Part = keyof typeof folders;

/** Written out by hand, so that the rules are checked against the intent and not against themselves. */
const mayImport: Record<Part, string> = {
  protocol: '',
  util: 'protocol',
  tensor: 'protocol util',
  model: 'protocol util tensor',
  formats: 'protocol util tensor model',
  data: 'protocol util tensor model formats',
  runtime: 'protocol util tensor model formats',
  targets: 'protocol util tensor model formats data runtime',
  analysis: 'protocol util tensor model formats data runtime targets',
  train: 'protocol util tensor model formats data runtime targets analysis',
  passes: 'protocol util tensor model formats data runtime targets analysis train',
  recipe: 'protocol util tensor model formats data runtime targets analysis train passes',
  jobs: 'protocol util tensor model formats data runtime targets analysis train passes recipe',
  lsp: 'protocol util tensor model formats data runtime targets analysis train passes recipe jobs',
  cli: 'protocol util tensor model formats data runtime targets analysis train passes recipe jobs',
  client: 'protocol',
  webview: 'protocol',
};
const parts = Object.keys(folders) as Part[];

/** A file, one import in it, and the rule that must refuse it (none: it must pass). */
const singles: [file: string, imported: string, rule?: string][] = [
  ['server/engine/errors.ts', 'server/engine/tensor/leaf.ts', 'util-imports-down-only'],
  ['server/engine/model/uses-errors.ts', 'server/engine/errors.ts'],
  ['server/engine/tensor/looks-up.test.ts', 'server/engine/passes/leaf.ts'],
  ['server/engine/tensor/tested.ts', 'server/engine/tensor/looks-up.test.ts', 'product-imports-no-test'],
  ['server/engine/unlisted/new.ts', 'server/engine/tensor/leaf.ts', 'server-part-has-a-level-2'],
  ['server/cli/uses-unlisted.ts', 'server/engine/unlisted/new.ts', 'server-part-has-a-level'],
  ['server/cli/editor.ts', 'vscode', 'server-knows-no-editor'],
  ['server/lsp/server.ts', 'vscode-languageserver'],
  ['server/engine/model/server.ts', 'vscode-languageserver', 'engine-knows-no-language-server'],
  ['server/engine/runtime/session.ts', 'onnxruntime-node'],
  ['server/engine/passes/session.ts', 'onnxruntime-node', 'onnxruntime-in-runtime-only'],
  ['server/engine/passes/session.test.ts', 'onnxruntime-node'],
  ['server/cli/uses-a-tool.ts', 'a-tool', 'product-imports-no-dev-dependency'],
  ['server/cli/uses-a-tool.test.ts', 'a-tool'],
  ['server/jobs/uses-fixture.ts', 'test/leaf.ts', 'product-imports-no-test'],
  ['protocol/reads.ts', 'node:fs', 'protocol-imports-nothing'],
  ['webview/reads.ts', 'node:fs', 'webview-knows-no-node'],
  ['client/reads.ts', 'node:fs'],
];

const cycleOfTypes = ['server/engine/model/one.ts', 'server/engine/model/two.ts'] as const;
const cycleOfCode = ['server/engine/tensor/one.ts', 'server/engine/tensor/two.ts'] as const;

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

let tree = '';
let violations: Violation[] = [];

/** Imports are of types unless told otherwise: the direction holds for them too. */
async function write(file: string, imported?: string, keyword: 'type ' | '' = 'type '): Promise<void> {
  await mkdir(join(tree, dirname(file)), { recursive: true });
  const isOurs = imported?.endsWith('.ts') === true;
  const specifier = isOurs ? `./${posix.relative(posix.dirname(file), imported)}` : imported;
  const line = specifier === undefined ? '' : `import ${keyword}{ A } from '${specifier}';\n`;
  await writeFile(join(tree, file), `${line}export type A = 1;\n`);
}

/** Packages laid out like real ones: where their files lie must not hide them from the rules. */
async function installPackages(): Promise<void> {
  const dependencies = { 'onnxruntime-node': '1.0.0' };
  const devDependencies = { 'a-tool': '1.0.0' };
  await writeFile(join(tree, 'package.json'), JSON.stringify({ dependencies, devDependencies }));
  for (const name of ['onnxruntime-node', 'a-tool']) {
    const folder = join(tree, 'node_modules', name);
    await mkdir(join(folder, 'dist'), { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'dist/index.js' }));
    await writeFile(join(folder, 'dist/index.js'), 'exports.a = 1;');
  }
}

async function checkImports(): Promise<Violation[]> {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const configuration = join(root, '.dependency-cruiser.mjs');
  const args = [cruiser, '--config', configuration, '--output-type', 'json', '.'];
  const output = await new Promise<string>((done, fail) => {
    execFile(process.execPath, args, { cwd: tree, maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (stdout === '') fail(error ?? new Error('dependency-cruiser printed nothing'));
      else done(stdout);
    });
  });
  return (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'lathe-imports-'));
  await installPackages();
  await write('test/leaf.ts');
  for (const from of parts) {
    await write(`${folders[from]}/leaf.ts`);
    for (const to of parts) {
      if (to !== from) await write(`${folders[from]}/imports-${to}.ts`, `${folders[to]}/leaf.ts`);
    }
  }
  for (const [file, imported] of singles) await write(file, imported, imported.endsWith('.ts') ? 'type ' : '');
  for (const [one, two] of [cycleOfTypes, cycleOfCode]) {
    const keyword = one === cycleOfTypes[0] ? 'type ' : '';
    await write(one, two, keyword);
    await write(two, one, keyword);
  }
  violations = await checkImports();
});

afterAll(async () => {
  await rm(tree, { recursive: true, force: true });
});

it.each(parts)('%s imports what lies under it and nothing else', (from) => {
  const refused = parts.filter((to) => violations.some((violation) =>
    violation.from === `${folders[from]}/imports-${to}.ts` && violation.to === `${folders[to]}/leaf.ts`));
  const allowed = mayImport[from].split(' ');
  expect(refused).toEqual(parts.filter((to) => to !== from && !allowed.includes(to)));
});

it.each(singles)('%s importing %s', (file, _imported, rule) => {
  const rules = new Set(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name));
  if (rule === undefined) expect([...rules]).toEqual([]);
  else expect([...rules]).toContain(rule);
});

it('refuses a cycle of code, and lets types refer to each other', () => {
  // Reported at one of its files: at which one depends on the order of the folder.
  const reported = violations.filter(({ rule }) => rule.name === 'no-cycles').map(({ from }) => from);
  expect(reported).toEqual([expect.toBeOneOf([...cycleOfCode])]);
});
