import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { story } from '../harness/story.ts';
import { findingsByTheme, nothingFound } from '../harness/themes.ts';
import { sampleFiles } from '../harness/workspace.ts';

/** The measurement of latency alone takes ten seconds on an idle machine. */
const runLimitMs = 100_000;

story('compressing the sample', { files: sampleFiles }, (step) => {
  step('a double click in the explorer shows the graph', async (bench) => {
    await bench.openFile('digits.onnx');
    const page = bench.webview();
    await page.getByRole('application', { name: 'Graph of the model' }).waitFor();
    await page.getByRole('heading', { name: 'digits.onnx' }).waitFor();
    await page.getByText('float32[N,1,28,28]').waitFor();
  });

  step('groups collapse, and a search opens the one that holds the layer', async (bench) => {
    const page = bench.webview();
    const outline = page.getByRole('tree', { name: 'Layers of the model' });
    await page.getByRole('button', { name: 'Outline of all layers' }).click();
    await outline.getByRole('treeitem', { name: 'block3' }).first().waitFor();
    await page.getByRole('button', { name: 'Collapse all groups' }).click();
    await expect.poll(async () => outline.getByRole('treeitem', { name: 'BatchNormalization' }).count()).toBe(0);

    await page.getByRole('button', { name: 'Search (/)' }).click();
    await page.getByRole('search').getByRole('textbox').fill('block3/expand');
    await page.getByRole('search').getByRole('button', { name: '/block3/expand/conv' }).click();
    await page.getByRole('complementary').getByRole('heading', { name: 'Conv' }).waitFor();
    await page.getByRole('complementary').getByText('/block3/expand/conv').first().waitFor();
    await page.getByRole('button', { name: 'Close the search' }).click();
    await outline.getByRole('treeitem', { name: 'BatchNormalization' }).first().waitFor();
  });

  step('the details of a layer tell what its weights look like', async (bench) => {
    const details = bench.webview().getByRole('complementary');
    await details.getByText('kernel_shape').waitFor();
    await details.getByText('block3.expand.conv.weight').waitFor();
  });

  step('overlays are switched, with a legend that explains the colours', async (bench) => {
    const page = bench.webview();
    const legend = page.getByRole('group', { name: 'Legend of the overlay' });
    for (const overlay of ['Weight bytes', 'Multiply-accumulates']) {
      await page.getByRole('combobox', { name: 'Overlay' }).click();
      await page.getByRole('option', { name: overlay }).click();
      await legend.getByText(overlay).waitFor();
    }
    await page.getByRole('button', { name: 'Next worst layer' }).click();
    await page.getByRole('complementary').getByRole('heading', { name: 'Conv' }).waitFor();
  });

  step('the graph is accessible in every theme', async (bench) => {
    expect(await findingsByTheme(bench)).toEqual(nothingFound);
  });

  step('Compress Model…, then Enter, Enter, Enter starts a run and shows its progress', async (bench) => {
    await bench.startCompression('digits.onnx');
    await bench.notification(/Running digits\.int8/).waitFor();
  });

  step('the result page has the figures of the files that were written', async (bench) => {
    await bench.tab('Compression: digits.int8').waitFor({ timeout: runLimitMs });
    const page = bench.webview();
    await page.getByRole('heading', { name: 'digits.int8.onnx' }).waitFor();
    const text = await page.locator('body').innerText();
    const sizeOf = async (name: string): Promise<number> => (await stat(join(bench.folder, name))).size;
    const [before, after] = [await sizeOf('digits.onnx'), await sizeOf('digits.int8.onnx')];
    expect(after).toBeLessThan(before / 2);
    expect(text).toContain(`${(before / after).toFixed(2)}x smaller`);
    expect(text).toContain(`${(before / 1000).toFixed(0)} kB → ${(after / 1000).toFixed(0)} kB`);
    expect(text).toMatch(/9\d\.\d % top1/);
    expect(text).toContain('300 samples');
  });

  step('the result page is accessible in every theme', async (bench) => {
    expect(await findingsByTheme(bench)).toEqual(nothingFound);
  });

  step('the graph comes back as it was left', async (bench) => {
    await bench.tab('digits.onnx').click();
    const page = bench.webview();
    await page.getByRole('group', { name: 'Legend of the overlay' }).getByText('Multiply-accumulates').waitFor();
    await page.getByRole('complementary').getByRole('heading', { name: 'Conv' }).waitFor();
  });

  step('the recipe that was run lies beside the model', async (bench) => {
    const recipe = await readFile(join(bench.folder, 'digits.int8.lathe.yaml'), 'utf8');
    expect(recipe).toMatch(/^version: 1$/m);
    expect(recipe).toMatch(/^ *model: digits\.onnx$/m);
    expect(recipe).toContain('quantize:');
  });
});
