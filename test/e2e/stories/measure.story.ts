import { expect } from 'vitest';
import { story } from '../harness/story.ts';
import { findingsByTheme, nothingFound } from '../harness/themes.ts';
import { dynamicSample, sampleFiles } from '../harness/workspace.ts';

const runLimitMs = 100_000;

story('looking at models side by side', {
  files: { ...sampleFiles, 'small.onnx': dynamicSample },
}, (step) => {
  step('Open as Text shows the model in the syntax of ONNX', async (bench) => {
    await bench.file('digits.onnx').click();
    await bench.runCommand('Lathe: Open as Text');
    const editor = bench.page.locator('.editor-instance .view-lines');
    await editor.getByText('opset_import').waitFor();
    await bench.page.locator('.statusbar-item', { hasText: 'ONNX Text' }).waitFor();
  });

  step('Benchmark Model from the palette gives a page with latencies', async (bench) => {
    await bench.openFile('digits.onnx');
    await bench.webview().getByRole('application').waitFor();
    await bench.runCommand('Lathe: Benchmark Model');
    await bench.tab('Benchmark: digits.onnx').waitFor({ timeout: runLimitMs });
    const page = bench.webview();
    await page.getByRole('heading', { name: 'Benchmark of digits.onnx' }).waitFor();
    await page.getByText(/[\d.]+ (µs|ms)/).first().waitFor();
    await page.getByRole('row', { name: '/block1/expand/conv' }).waitFor();
    expect(await findingsByTheme(bench)).toEqual(nothingFound);
  });

  step('two models of the explorer are compared', async (bench) => {
    await bench.closeAllEditors();
    await bench.file('digits.onnx').click();
    await bench.file('small.onnx').click({ modifiers: ['ControlOrMeta'] });
    await bench.chooseFromMenu('small.onnx', 'Compare Models');
    await bench.tab('digits.onnx ↔ small.onnx').waitFor();
    const page = bench.webview();
    await expect.poll(async () => page.getByRole('application').count()).toBe(2);
    await page.getByText(/\d\.\d\dx smaller/).first().waitFor({ timeout: runLimitMs });
    expect(await findingsByTheme(bench)).toEqual(nothingFound);
  });
});
