import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { story } from '../harness/story.ts';
import { sampleFiles } from '../harness/workspace.ts';

const runLimitMs = 100_000;
const recipe = [
  'version: 1', 'model: digits.onnx', 'output: mine.onnx', 'steps:', '  - quantize: { scheme: dynamic }', '',
];

story('mending what a model suffers from', {
  files: { ...sampleFiles, 'mine.lathe.yaml': { text: recipe.join('\n') } },
}, (step) => {
  step('a recipe completes what is typed, and underlines what is wrong', async (bench) => {
    const { keyboard } = bench.page;
    await bench.openFile('mine.lathe.yaml');
    await bench.page.locator('.codelens-decoration').first().waitFor();
    await bench.page.locator('.view-lines').click();
    await keyboard.press('ControlOrMeta+End');
    await keyboard.type('  - fo');
    await keyboard.press('ControlOrMeta+Space');
    const suggestions = bench.page.locator('.suggest-widget.visible');
    await suggestions.getByRole('option', { name: /^fold/ }).waitFor();
    await keyboard.press('Escape');
    await keyboard.type('ld_it: {}');
    await bench.page.locator('.squiggly-error').first().waitFor();
    await (await bench.problems()).filter({ hasText: 'fold_it' }).waitFor();
    await bench.host.call(async (vscode) => {
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });
    await bench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  });

  step('it is run by the lens above it', async (bench) => {
    await bench.page.locator('.codelens-decoration a', { hasText: 'Run' }).click();
    await bench.tab('Compression: mine').waitFor({ timeout: runLimitMs });
    await bench.webview().getByText(/[\d.]+x smaller/).first().waitFor();
  });

  step('a click on a problem selects its layer in the graph', async (bench) => {
    await bench.openFile('digits.onnx');
    await bench.webview().getByRole('application').waitFor();
    const problem = (await bench.problems()).filter({ hasText: 'LTH3011' });
    await problem.click();
    const details = bench.webview().getByRole('complementary');
    await details.getByRole('heading', { name: 'BatchNormalization' }).waitFor();
    await details.getByText('/stem/bn').first().waitFor();
    await expect.poll(async () => bench.page.getByRole('tab', { name: 'digits.onnx' }).count()).toBe(1);
  });

  step('its quick fix edits the recipe', async (bench) => {
    await bench.webview().getByRole('button', { name: 'Add the step "fold" to the recipe' }).click();
    await bench.page.locator('.view-lines').getByText('fold').waitFor();
    const text = await bench.host.call((vscode) => vscode.window.activeTextEditor?.document.getText());
    expect(text).toBe(recipe.toSpliced(4, 0, '  - fold: {}').join('\n'));
  });

  step('and the recipe is run again, with a better result', async (bench) => {
    const sizeBefore = (await readFile(join(bench.folder, 'mine.onnx'))).byteLength;
    await bench.runCommand('Lathe: Run Recipe');
    await expect.poll(async () => (await readFile(join(bench.folder, 'mine.onnx'))).byteLength, { timeout: runLimitMs })
      .toBeLessThan(sizeBefore);
    await bench.notification(/mine: [\d.]+x smaller/).first().waitFor({ timeout: runLimitMs });
    expect(await readFile(join(bench.folder, 'mine.lathe.yaml'), 'utf8')).toContain('fold');
  });
});
