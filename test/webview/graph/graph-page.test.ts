/** The graph page as a person uses it, in Chromium. */

import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { SavedState } from '../../../webview/graph/page/saved-state.ts';
import type { FromPage, PageModel } from '../../../protocol/page.ts';
import type { ModelProblem } from '../../../protocol/problems.ts';
import { chromiumPath, closeBrowser, themeNames, type TestPage } from '../open-page.ts';
import { fakeHost } from './fake-host.ts';
import { openGraphPage, type GraphPageOptions } from './open-graph-page.ts';
import { pageModelOf, samplePath } from './page-model.ts';

if (chromiumPath === undefined) {
  console.warn('The tests of the graph page are skipped: there is no Chromium. Give its path in LATHE_CHROMIUM.');
}

const model: PageModel = chromiumPath === undefined ? (undefined as never) : pageModelOf(samplePath);
let opened: TestPage | undefined;

async function open(options: GraphPageOptions = {}): Promise<TestPage> {
  opened = await openGraphPage({ model, host: fakeHost(model), ...options });
  return opened;
}

afterEach(async () => {
  const { errors = [] } = opened ?? {};
  await opened?.close();
  opened = undefined;
  expect(errors).toEqual([]);
});
afterAll(closeBrowser);

const selected = (posted: readonly FromPage[]): (string | null)[] =>
  posted.flatMap((message) => (message.kind === 'selected' ? [message.node] : []));

const firstConvolution = (): string => model.names.names.find((name) => name.toLowerCase().includes('conv'))!;

const problem: ModelProblem = {
  code: 'LTH3001', severity: 'warning', message: 'This layer loses 0.8 points alone in int8.', node: '', line: 3,
  source: 'a run of 100 samples',
  fixes: [{ title: 'Keep in float', edit: { kind: 'layer-rule', match: 'x', rule: { scheme: 'float' } } }],
};

describe.skipIf(chromiumPath === undefined)('the graph page', () => {
  it('shows the facts of the model and selects what is clicked', async () => {
    const { page, posted } = await open();
    await page.getByRole('heading', { name: 'digits.onnx' }).waitFor();
    const canvas = page.locator('canvas.graph-canvas');
    await canvas.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByText('kernel_shape').waitFor();
    expect(selected(posted).at(-1)).toBe(firstConvolution());
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'digits.onnx' }).waitFor();
    expect(selected(posted).at(-1)).toBeNull();
  });

  it('shows statistics of a tensor on demand', async () => {
    const { page, send } = await open();
    await send({ type: 'reveal', node: firstConvolution() });
    await page.getByText('Statistics').click();
    await page.getByText('25.0 %').waitFor();
    await expect.poll(() => page.locator('.statistics svg.chart').count()).toBe(2);
  });

  it('searches, counts and walks through the hits', async () => {
    const { page, posted } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('conv');
    const count = page.locator('.search-count');
    await expect.poll(() => count.textContent()).toMatch(/^\d+$/);
    const all = Number(await count.textContent());
    await page.keyboard.press('Enter');
    await expect.poll(() => count.textContent()).toBe(`1 of ${all}`);
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => count.textContent()).toBe(`${all} of ${all}`);
    expect(selected(posted).at(-1)).not.toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.search').isVisible()).toBe(false);
  });

  it('lays an overlay over the graph and goes to the worst layer', async () => {
    const { page, posted, send } = await open();
    const names = model.names.names.slice(1, 6);
    await send({
      type: 'overlays',
      overlays: [{
        id: 'drop', title: 'Accuracy drop', unit: 'points', bad: 'high', aggregate: 'max', source: 'run 1',
        values: Object.fromEntries(names.map((name, i) => [name, i])),
      }],
    });
    await page.locator('vscode-dropdown').click();
    await page.getByRole('option', { name: 'Accuracy drop' }).click();
    await page.getByRole('group', { name: 'Legend of the overlay' }).waitFor();
    await page.keyboard.press('n');
    await expect.poll(() => selected(posted).at(-1)).toBe(names[4]);
    await page.keyboard.press('n');
    await expect.poll(() => selected(posted).at(-1)).toBe(names[3]);
    await page.keyboard.press('Shift+N');
    await expect.poll(() => selected(posted).at(-1)).toBe(names[4]);
    expect(await page.locator('[aria-live]').textContent()).toContain('Accuracy drop 4 points, rank 1 of 5');
  });

  it('lets the limits of the legend be typed, and takes them back', async () => {
    const { page } = await open();
    await page.locator('vscode-dropdown').click();
    await page.getByRole('option', { name: 'Weight bytes' }).click();
    const limit = page.getByLabel(/^Limit 1 of/);
    const before = await limit.inputValue();
    await limit.fill('0');
    await limit.press('Enter');
    await expect.poll(() => page.getByLabel(/^Limit 1 of/).inputValue()).not.toBe(before);
    await page.getByText('Reset limits').click();
    await expect.poll(() => page.getByLabel(/^Limit 1 of/).inputValue()).toBe(before);
  });

  it('shows problems with what mends them', async () => {
    const fixes: unknown[] = [];
    const { page, send } = await open({
      host: fakeHost(model, {
        applyFix: (params) => {
          fixes.push(params.edit);
          return null;
        },
      }),
    });
    await send({ type: 'problems', problems: [{ ...problem, node: firstConvolution() }] });
    await page.getByText('1 problem').waitFor();
    await page.getByText('Keep in float').click();
    await expect.poll(() => fixes).toEqual([problem.fixes[0]?.edit]);
  });

  it('keeps its state and comes back to it', async () => {
    const first = await open();
    await first.send({ type: 'reveal', node: firstConvolution() });
    await first.page.getByText('kernel_shape').waitFor();
    await first.page.keyboard.press('c');
    await first.page.getByLabel('Graph of the model').focus();
    await first.page.keyboard.press('Shift+ArrowDown');
    await first.page.waitForTimeout(400);
    const state = await first.state() as SavedState;
    expect(state.selection).not.toBeNull();
    await first.close();
    const second = await open({ state });
    await second.page.waitForTimeout(400);
    const restored = await second.state() as SavedState;
    expect(restored.view.scale).toBeCloseTo(state.view.scale);
    expect(restored.view.x).toBeCloseTo(state.view.x);
    expect(restored.view.y).toBeCloseTo(state.view.y);
    expect(restored.expanded).toEqual(state.expanded);
    expect(restored.selection).toEqual(state.selection);
  });

  it('keeps the view when the file changes', async () => {
    const { page, send, state } = await open();
    await page.getByLabel('Graph of the model').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.waitForTimeout(350);
    const before = await state() as { view: unknown };
    await send({ type: 'model', model: { ...model, version: '2' } });
    await page.waitForTimeout(500);
    expect((await state() as typeof before).view).toEqual(before.view);
  });

  it('says what is wrong with a file and opens the log', async () => {
    const asked: string[] = [];
    opened = await openGraphPage({
      host: {
        command: ({ command }) => {
          asked.push(command);
          return null;
        },
      },
    });
    const { page, send } = opened;
    const failure = { code: 'MODEL_FORMAT', message: 'The file ends too early.', fix: 'Copy it again.' };
    await send({ type: 'failed', failure });
    await page.getByRole('alert').getByText('The file ends too early.').waitFor();
    await page.getByText('Copy it again.').waitFor();
    await page.getByText('Show Log').click();
    await expect.poll(() => asked).toEqual(['lathe.showLog']);
    await send({ type: 'model', model });
    await page.getByRole('heading', { name: 'digits.onnx' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('walks through the outline by keyboard alone', async () => {
    const { page, posted } = await open();
    await page.keyboard.press('l');
    const tree = page.getByRole('tree');
    await expect.poll(() => tree.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('End');
    await expect.poll(() => selected(posted).at(-1)).toBe('digit');
    await page.keyboard.press('Home');
    await expect.poll(() => selected(posted).at(-1)).toBe('image');
    const row = page.getByRole('treeitem', { selected: true });
    expect(await row.getAttribute('aria-posinset')).toBe('1');
    expect(Number(await row.getAttribute('aria-setsize'))).toBeGreaterThan(1);
    await expect.poll(() => page.locator('[role=treeitem][tabindex="0"]').count()).toBe(1);
  });

  it('moves by dragging and zooms at the pointer', async () => {
    const { page, state } = await open();
    const view = async (): Promise<SavedState['view']> => {
      await page.waitForTimeout(350);
      return (await state() as SavedState).view;
    };
    const before = await view();
    await page.mouse.move(300, 300);
    await page.mouse.down();
    await page.mouse.move(340, 320, { steps: 4 });
    await page.mouse.up();
    const moved = await view();
    expect((before.x - moved.x) * before.scale).toBeCloseTo(40, 1);
    expect((before.y - moved.y) * before.scale).toBeCloseTo(20, 1);
    const area = (await page.locator('canvas.graph-canvas').boundingBox())!;
    await page.mouse.wheel(0, -300);
    const zoomed = await view();
    expect(zoomed.scale).toBeGreaterThan(moved.scale);
    const at = { x: 340 - area.x, y: 320 - area.y };
    expect(zoomed.x + at.x / zoomed.scale).toBeCloseTo(moved.x + at.x / moved.scale, 1);
    expect(zoomed.y + at.y / zoomed.scale).toBeCloseTo(moved.y + at.y / moved.scale, 1);
  });

  it('shows the whole model folded; a click goes to the layer', async () => {
    const { page, posted } = await open();
    await page.keyboard.press('m');
    const folded = page.getByRole('application', { name: /strips/ });
    await folded.click({ position: { x: 60, y: 26 } });
    await expect.poll(() => selected(posted).at(-1)).toBe(firstConvolution());
    await expect.poll(() => folded.count()).toBe(0);
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => selected(posted).at(-1)).not.toBe(firstConvolution());
  });

  it('imports and exports overlays', async () => {
    const saved: string[] = [];
    const results = { [firstConvolution()]: { value: 7 }, gone: { value: 1 } };
    const { page, send } = await open({
      host: fakeHost(model, {
        openFile: () => ({ name: 'times.json', text: JSON.stringify({ g: { results } }) }),
        save: ({ bytes }) => {
          saved.push(Buffer.from(Object.values(bytes)).toString());
          return true;
        },
      }),
    });
    await send({ type: 'action', action: 'importOverlay' });
    await page.getByRole('group', { name: 'Legend of the overlay' }).getByText('times.json: g').waitFor();
    await page.getByText('1 of the names in times.json').waitFor();
    await send({ type: 'action', action: 'exportOverlay' });
    await expect.poll(() => saved.length).toBe(1);
    expect(JSON.parse(saved[0]!)).toMatchObject({ 'digits.onnx': { results: { [firstConvolution()]: { value: 7 } } } });
  });

  it('follows the theme', async () => {
    const { page, setTheme } = await open();
    const corner = async (): Promise<number> => page.locator('canvas.graph-canvas').evaluate((canvas) => (
      (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(3, 3, 1, 1).data[0]!));
    expect(await corner()).toBe(0x1f);
    await setTheme('light-modern');
    await expect.poll(corner).toBe(0xff);
  });

  it('reveals a layer that was asked for right after the model', async () => {
    const { send, posted } = await open();
    await send({ type: 'model', model: { ...model, uri: 'file:///other.onnx' } });
    await send({ type: 'reveal', node: 'digit' });
    await expect.poll(() => selected(posted).at(-1)).toBe('digit');
  });

  it('writes the graph as SVG and PNG', async () => {
    const saved: { name: string; bytes: Record<string, number> }[] = [];
    const { page, send } = await open({
      host: fakeHost(model, {
        save: ({ suggestedName, bytes }) => {
          saved.push({ name: suggestedName, bytes: bytes as unknown as Record<string, number> });
          return true;
        },
      }),
    });
    await send({ type: 'action', action: 'exportSvg' });
    await send({ type: 'action', action: 'exportPng' });
    await expect.poll(() => saved.map(({ name }) => name), { timeout: 10_000 }).toEqual(['digits.svg', 'digits.png']);
    const text = Buffer.from(Object.values(saved[0]!.bytes)).toString();
    const parsed = await page.evaluate((svg) => {
      const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return { errors: parsed.querySelectorAll('parsererror').length, texts: parsed.querySelectorAll('text').length };
    }, text);
    expect(parsed.errors).toBe(0);
    expect(parsed.texts).toBeGreaterThan(70);
    expect(Object.values(saved[1]!.bytes).slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
  });

  it.each(themeNames)('has no serious finding of axe-core in %s', async (theme) => {
    const { page, send, accessibilityFindings } = await open({ theme });
    await send({ type: 'problems', problems: [{ ...problem, node: firstConvolution() }] });
    await page.locator('vscode-dropdown').click();
    await page.getByRole('option', { name: 'Weight bytes' }).click();
    await page.keyboard.press('l');
    await page.keyboard.press('/');
    await page.keyboard.type('conv');
    await send({ type: 'reveal', node: firstConvolution() });
    await page.getByText('kernel_shape').waitFor();
    expect(await accessibilityFindings()).toEqual([]);
  });

  it('has none in its facts and in the list of keys', async () => {
    const { page, accessibilityFindings } = await open();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await accessibilityFindings()).toEqual([]);
  });
});
