import { expect } from 'vitest';
import { story } from '../harness/story.ts';
import type { Workbench } from '../harness/workbench.ts';
import { sampleFiles } from '../harness/workspace.ts';

const runLimitMs = 100_000;
const recipe = 'version: 1\nmodel: digits.onnx\noutput: mine.onnx\nsteps:\n  - quantize: { scheme: dynamic }\n';

/** From the palette, by keys alone. */
async function command(bench: Workbench, title: string): Promise<void> {
  const { keyboard } = bench.page;
  await keyboard.press('F1');
  await bench.quickInput.waitFor();
  await keyboard.type(title);
  await bench.quickInput.getByRole('option', { name: title }).first().waitFor();
  await keyboard.press('Enter');
}

/** The name of what has the focus inside the page, through the shadow roots of its controls. */
async function focusedInPage(bench: Workbench): Promise<string> {
  return bench.webview().locator('body').evaluate(() => {
    let active = document.activeElement;
    let host = active;
    while (active?.shadowRoot?.activeElement) {
      host = active;
      active = active.shadowRoot.activeElement;
    }
    return active?.getAttribute('aria-label') ?? host?.getAttribute('aria-label') ?? host?.textContent.trim() ?? '';
  });
}

async function press(bench: Workbench, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await bench.page.keyboard.press(key);
}

story('a session by keyboard alone', {
  files: { ...sampleFiles, 'mine.lathe.yaml': { text: recipe } },
}, (step) => {
  step('the explorer opens a model, and the focus is in its graph', async (bench) => {
    await press(bench, 'ControlOrMeta+Shift+E');
    const focused = bench.page.locator('.explorer-folders-view .monaco-list-row.focused');
    do await press(bench, 'ArrowDown');
    while (await focused.getAttribute('aria-label') !== 'digits.onnx');
    await press(bench, 'Enter');
    await bench.webview().getByRole('application').waitFor();
  });

  step('keys search, walk along the graph, and open groups', async (bench) => {
    const details = bench.webview().getByRole('complementary');
    await press(bench, 'c', '/');
    await expect.poll(async () => focusedInPage(bench)).not.toContain('Graph');
    await bench.page.keyboard.type('head/conv');
    await bench.webview().getByRole('search').getByRole('button', { name: '/head/conv' }).waitFor();
    await press(bench, 'Enter', 'Escape');
    await details.getByText('/head/conv').first().waitFor();
    await expect.poll(async () => focusedInPage(bench)).toContain('Graph of the model');

    await press(bench, 'ArrowDown');
    await details.getByText('/head/bn').first().waitFor();
    // What a screen reader is told.
    await expect.poll(async () => bench.webview().locator('[aria-live=polite]').allInnerTexts())
      .toContainEqual(expect.stringContaining('/head/bn'));
  });

  step('Tab leads to the details and their links', async (bench) => {
    const seen = new Set<string>();
    for (let stop = 0; stop < 6; stop++) {
      await press(bench, 'Tab');
      seen.add(await focusedInPage(bench));
    }
    expect([...seen]).toContainEqual(expect.stringContaining('Details'));
    expect([...seen]).toContainEqual(expect.stringContaining('Documentation of BatchNormalization'));
  });

  step('the palette works from within the page, and runs a recipe', async (bench) => {
    await press(bench, 'ControlOrMeta+p');
    await bench.page.keyboard.type('mine.lathe.yaml');
    await bench.quickInput.getByRole('option', { name: /mine\.lathe\.yaml/ }).first().waitFor();
    await press(bench, 'Enter');
    await bench.page.locator('.codelens-decoration').first().waitFor();
    await command(bench, 'Lathe: Run Recipe');
    await bench.tab('Compression: mine').waitFor({ timeout: runLimitMs });
    await bench.webview().getByRole('heading', { name: 'mine.onnx' }).waitFor();
    await press(bench, 'Tab');
    await expect.poll(async () => focusedInPage(bench)).toContain('Open Result in Graph');
  });

  step('a problem is found and leads to its layer', async (bench) => {
    await press(bench, 'ControlOrMeta+Shift+M');
    const rows = bench.page.locator('.markers-panel .monaco-list-row');
    await rows.nth(1).waitFor();
    await press(bench, 'Home', 'ArrowDown', 'Enter');
    await bench.webview().getByRole('complementary').getByRole('heading', { name: 'BatchNormalization' }).waitFor();
  });

  step('and a fix of it is chosen from the palette', async (bench) => {
    await command(bench, 'Lathe: Fix a Problem…');
    await bench.acceptSuggestion('Fix a Problem');
    await expect.poll(async () => bench.host.call((vscode) => vscode.window.activeTextEditor?.document.getText() ?? ''))
      .toContain('- fold: {}');
  });
});
