import type { Workbench } from '../harness/workbench.ts';
import { sampleFiles, type WorkspaceFiles } from '../harness/workspace.ts';

const runLimitMs = 120_000;

export const galleryFiles: WorkspaceFiles = {
  ...sampleFiles,
  'broken.onnx': { text: 'This is no model.\n' },
  'mine.lathe.yaml': {
    text: [
      'version: 1', 'model: digits.onnx', 'output: mine.onnx', 'target: x64', 'data:',
      '  calibration: { images: pictures/calibration/, limit: 64 }', 'goal: { maxDrop: 0.01 }', 'steps:',
      '  - fold: {}', '  - quantize:', '      scheme: int8', '      calibration: percentil', '      layers:',
      '        - { match: "/head/*", keep: float }', '',
    ].join('\n'),
  },
};

/** A surface of Lathe: what brings it onto the screen, and whether it is a page of ours. */
export interface Surface {
  readonly name: string;
  readonly isPage: boolean;
  readonly show: (bench: Workbench) => Promise<void>;
  /** What it says in a corner of the window belongs to it. */
  readonly withNotifications?: true;
  /** Takes away what lies over everything else. */
  readonly leave?: (bench: Workbench) => Promise<void>;
}

async function graph(bench: Workbench): Promise<void> {
  await bench.closeAllEditors();
  await bench.showExplorer();
  await bench.openFile('digits.onnx');
  await bench.webview().getByRole('application').waitFor();
  await bench.webview().getByRole('heading', { name: 'digits.onnx' }).waitFor();
}

async function selectLayer(bench: Workbench, name: string): Promise<void> {
  const page = bench.webview();
  await page.getByRole('button', { name: 'Search (/)' }).click();
  await page.getByRole('search').getByRole('textbox').fill(name);
  await page.getByRole('search').getByRole('button', { name }).first().click();
  await page.getByRole('button', { name: 'Close the search' }).click();
  await page.getByRole('complementary').getByText(name).first().waitFor();
}

const escape = async ({ page }: Workbench): Promise<void> => page.keyboard.press('Escape');

/** In an order in which each can begin where the one before ended. */
export const surfaces: readonly Surface[] = [
  { name: 'graph', isPage: true, show: graph },
  {
    name: 'graph-layer', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await selectLayer(bench, '/block5/depthwise/conv');
      await bench.webview().getByText('Statistics').first().click();
      await bench.webview().getByText('Zeros').first().waitFor();
    },
  },
  {
    name: 'graph-heat-map', isPage: true,
    show: async (bench) => {
      await graph(bench);
      const page = bench.webview();
      await page.getByRole('combobox', { name: 'Overlay' }).click();
      await page.getByRole('option', { name: 'Weight bytes' }).click();
      await page.getByRole('button', { name: 'Next worst layer' }).click();
      await page.getByRole('complementary').getByRole('heading', { name: 'Conv' }).waitFor();
    },
  },
  {
    name: 'graph-folded', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await bench.webview().getByRole('button', { name: 'The whole model folded' }).click();
    },
  },
  {
    name: 'graph-outline', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await bench.webview().getByRole('button', { name: 'Outline of all layers' }).click();
      await bench.webview().getByRole('tree', { name: 'Layers of the model' }).waitFor();
    },
  },
  {
    name: 'graph-keys', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await bench.webview().getByRole('button', { name: 'Keys (?)' }).click();
      await bench.webview().getByRole('dialog').waitFor();
    },
  },
  {
    name: 'malformed', isPage: true,
    show: async (bench) => {
      await bench.closeAllEditors();
      await bench.openFile('broken.onnx');
      await bench.webview().getByRole('heading', { name: 'This model cannot be shown' }).waitFor();
    },
  },
  {
    name: 'text', isPage: false,
    show: async (bench) => {
      await bench.closeAllEditors();
      await bench.file('digits.onnx').click();
      await bench.runCommand('Lathe: Open as Text');
      await bench.page.locator('.view-lines').getByText('opset_import').waitFor();
    },
  },
  {
    name: 'recipe', isPage: false,
    show: async (bench) => {
      await bench.closeAllEditors();
      await bench.openFile('mine.lathe.yaml');
      await bench.page.locator('.codelens-decoration').first().waitFor();
      await bench.page.locator('.squiggly-error').first().waitFor();
    },
  },
  {
    name: 'wizard', isPage: false, leave: escape,
    show: async (bench) => {
      await graph(bench);
      await bench.chooseFromMenu('digits.onnx', 'Compress Model…');
      for (const place of [1, 2]) await bench.acceptSuggestion(`(${place}/3)`);
      await bench.quickInput.getByText('smaller').first().waitFor();
    },
  },
  {
    name: 'benchmark', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await bench.runCommand('Lathe: Benchmark Model');
      await bench.webview().getByRole('heading', { name: 'Benchmark of' }).waitFor({ timeout: runLimitMs });
    },
  },
  {
    name: 'sensitivity', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await bench.runCommand('Lathe: Analyze Sensitivity');
      await bench.acceptSuggestion('Analyze');
      await bench.tab('Sensitivity').waitFor({ timeout: runLimitMs });
      await bench.webview().getByRole('heading', { level: 1 }).waitFor();
    },
  },
  {
    name: 'progress', isPage: false, withNotifications: true,
    show: async (bench) => {
      await graph(bench);
      await bench.startCompression('digits.onnx');
      await bench.notification(/Running digits\.int8/).waitFor();
    },
  },
  {
    name: 'result', isPage: true,
    show: async (bench) => {
      await bench.tab('Compression: digits.int8').waitFor({ timeout: runLimitMs });
      await bench.webview().getByRole('heading', { name: 'digits.int8.onnx' }).waitFor();
    },
  },
  {
    name: 'result-layers', isPage: true,
    show: async (bench) => bench.webview().getByRole('tab', { name: 'Layers' }).click(),
  },
  {
    name: 'result-classes', isPage: true,
    show: async (bench) => bench.webview().getByRole('tab', { name: 'Classes' }).click(),
  },
  {
    name: 'result-provenance', isPage: true,
    show: async (bench) => bench.webview().getByRole('tab', { name: 'How these numbers' }).click(),
  },
  {
    name: 'compare', isPage: true,
    show: async (bench) => {
      await bench.closeAllEditors();
      await bench.showExplorer();
      await bench.file('digits.onnx').click();
      await bench.file('digits.int8.onnx').click({ modifiers: ['ControlOrMeta'] });
      await bench.chooseFromMenu('digits.int8.onnx', 'Compare Models');
      await bench.webview().getByText(/[\d.]+x smaller/).first().waitFor({ timeout: runLimitMs });
    },
  },
  {
    name: 'runs', isPage: false,
    show: async (bench) => {
      await graph(bench);
      await (await bench.run(/Compression of digits/)).waitFor();
    },
  },
  {
    name: 'problems', isPage: true,
    show: async (bench) => {
      await graph(bench);
      await (await bench.problems()).filter({ hasText: 'LTH3011' }).first().click();
      await bench.webview().getByRole('complementary').getByRole('heading', { name: 'BatchNormalization' }).waitFor();
    },
  },
];
