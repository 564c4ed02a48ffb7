// Which part of the tree may import which. ARCHITECTURE.md gives the reasons; this file is what CI enforces.

/**
 * The parts of server/, lowest first. A part imports the levels under its own, never its own level's other parts and
 * never a higher level.
 */
const levels = [
  { util: '^server/engine/(util/|errors\\.ts$)' },
  { tensor: '^server/engine/tensor/' },
  { model: '^server/engine/model/' },
  { formats: '^server/engine/formats/' },
  { data: '^server/engine/data/', runtime: '^server/engine/runtime/' },
  { targets: '^server/engine/targets/' },
  { analysis: '^server/engine/analysis/' },
  { opset: '^server/engine/passes/opset/' },
  { train: '^server/engine/train/' },
  { passes: '^server/engine/passes/' },
  { sensitivity: '^server/engine/sensitivity/' },
  { recipe: '^server/engine/recipe/' },
  { jobs: '^server/jobs/' },
  { lsp: '^server/lsp/', cli: '^server/cli/' },
];

const ours = '^(protocol|server|client|webview|test|bench)/';
const tests = '\\.test\\.ts$';
const parts = levels.flatMap((level) => Object.values(level));

const serverParts = levels.flatMap((level, height) => {
  const below = levels.slice(0, height).flatMap((lower) => Object.values(lower));
  return Object.entries(level).map(([name, path]) => ({
    name: `${name}-imports-down-only`,
    severity: 'error',
    // A test may look up: nothing imports it, so it couples nothing.
    from: { path, pathNot: tests },
    to: { path: ours, pathNot: ['^protocol/', path, ...below] },
  }));
});

/** Folders outside server/ and the folders of ours that each may import besides itself. */
const folders = { client: ['protocol'], webview: ['protocol'] };

const otherFolders = Object.entries(folders).map(([name, allowed]) => ({
  name: `${name}-imports-${allowed.join('-and-')}-only`,
  severity: 'error',
  from: { path: `^${name}/`, pathNot: tests },
  to: { path: ours, pathNot: `^(${[name, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    ...serverParts,
    ...otherFolders,
    {
      name: 'protocol-imports-nothing',
      severity: 'error',
      from: { path: '^protocol/', pathNot: tests },
      to: { pathNot: '^protocol/' },
    },
    {
      name: 'server-part-has-a-level',
      comment: 'A new folder in server/ needs a line in the levels above.',
      severity: 'error',
      from: {},
      to: { path: '^server/', pathNot: parts },
    },
    {
      name: 'server-part-has-a-level-2',
      comment: 'The same, seen from the importing side.',
      severity: 'error',
      from: { path: '^server/', pathNot: [...parts, tests] },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other (nodes hold attributes, attributes hold graphs); code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'server-knows-no-editor',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(client|webview)/|^vscode$|(^|/)(@types/)?vscode(/|$)|vscode-languageclient' },
    },
    {
      name: 'engine-knows-no-language-server',
      severity: 'error',
      from: { path: '^server/engine/' },
      to: { path: '(^|/)vscode-' },
    },
    {
      name: 'webview-knows-no-node',
      severity: 'error',
      from: { path: '^webview/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'onnxruntime-in-runtime-only',
      comment: 'Everything else asks engine/runtime, so that the backend can be another one.',
      severity: 'error',
      from: { path: '^(protocol|server|client|webview)/', pathNot: ['^server/engine/runtime/', tests] },
      to: { path: '(^|/)onnxruntime-' },
    },
    {
      name: 'product-imports-no-test',
      severity: 'error',
      from: { path: '^(protocol|server|client|webview|bench)/', pathNot: tests },
      to: { path: `^test/|${tests}` },
    },
    {
      name: 'product-imports-no-dev-dependency',
      severity: 'error',
      from: { path: '^(protocol|server|client)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.tsc)/' },
    // Types couple as much as values do.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.mts', '.tsx', '.mjs', '.js', '.json'] },
  },
};

export default configuration;
