import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackColumns } from '../../protocol/graph/columns.ts';
import { graphFrom, type GraphStructure } from '../../protocol/graph/structure.ts';
import type { NodeDetails } from '../../protocol/model.ts';
import type { PageModel } from '../../protocol/page.ts';
import { compareStructures } from '../../server/engine/analysis/structure/compare.ts';
import { fixture, record } from './fixtures.ts';
import { pageModelOf, samplePath } from './graph/page-model.ts';
import { fakeHost } from './graph/fake-host.ts';
import { chromiumPath, closeBrowser, openPage, type OpenOptions, type TestPage } from './open-page.ts';

/** The sample in int8, as `lathe compress` made it. */
function quantizedModel(): PageModel {
  const text = readFileSync(join(import.meta.dirname, 'fixtures/quantized-model.json'), 'utf8');
  const read = JSON.parse(text) as Omit<PageModel, 'columns'> & { readonly columns: string };
  return { ...read, complete: true, columns: Uint8Array.from(Buffer.from(read.columns, 'base64')).buffer };
}

const structureOf = ({ names, table, columns }: PageModel): GraphStructure =>
  graphFrom(names, unpackColumns(table, columns));

const a = pageModelOf(samplePath);
const b = quantizedModel();
const structure = compareStructures(structureOf(a), structureOf(b));

async function open(options: Partial<OpenOptions> = {}): Promise<TestPage> {
  const opened = await openPage({
    entry: 'webview/compare/main.ts',
    files: { 'layout-worker.js': 'webview/layout/worker.ts' },
    host: fakeHost(a),
    ...options,
  });
  await expect.poll(() => opened.posted.some(({ kind }) => kind === 'ready')).toBe(true);
  await opened.send({ type: 'models', a, b, structure });
  // In a tab that may be covered.
  await opened.page.getByRole('grid', { name: 'Differences', includeHidden: true })
    .waitFor({ state: 'attached' });
  return opened;
}

const removed = structure.statusOfA.filter((status) => status === 'removed').length;
const quantized = structure.statusOfA.filter((status) => status === 'quantized').length;

afterAll(closeBrowser);

describe.skipIf(chromiumPath === undefined)('compare page, in Chromium', () => {
  it('counts what became of the layers, and lists every difference', async () => {
    const opened = await open();
    const { page } = opened;
    const legend = page.getByRole('list', { name: 'What became of the layers' });
    expect(await legend.innerText()).toContain(`${quantized} quantized`);
    expect(await legend.innerText()).toContain(`${removed} removed`);
    expect(await page.locator('.grid-status:visible').innerText()).toBe(`${quantized + removed} differences`);
    await page.getByRole('combobox', { name: 'Show differences by kind' }).click();
    await page.getByRole('option', { name: /^removed/ }).click();
    const types = await page.getByRole('grid').getByRole('row').getByText('BatchNormalization').count();
    expect(types).toBe(structureOf(a).names.filter((name) => name.endsWith('/bn')).length);
    await opened.close();
  });

  it('walks from difference to difference in both graphs', async () => {
    const asked: string[] = [];
    const opened = await open({
      host: fakeHost(a, {
        nodeDetails: ({ uri, node }): NodeDetails => {
          asked.push(`${uri === a.uri ? 'a' : 'b'} ${(uri === a.uri ? a : b).names.names[node]!}`);
          return { name: 'x', opType: 'Conv', domain: '', attributes: [], inputs: [], outputs: [], metadata: {} };
        },
      }),
    });
    const { page } = opened;
    await page.keyboard.press('n');
    await page.getByText(`quantized, 1 of ${quantized + removed}`).waitFor();
    await expect.poll(() => asked.toSorted()).toEqual(['a /stem/conv', 'b /stem/conv']);
    asked.length = 0;
    await page.getByRole('button', { name: 'Next Difference' }).click();
    await page.getByText(`removed, 2 of ${quantized + removed}`).waitFor();
    await expect.poll(() => asked).toEqual(['a /stem/bn']);
    await page.keyboard.press('p');
    await page.getByText(`quantized, 1 of ${quantized + removed}`).waitFor();
    await opened.close();
  });

  it('moves and zooms both graphs together', async () => {
    const opened = await open();
    const { page } = opened;
    const second = page.locator('canvas').nth(1);
    const before = await second.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await page.locator('canvas').first().hover();
    await page.mouse.wheel(0, 400);
    const picture = (): Promise<string> => second.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await expect.poll(picture).not.toBe(before);
    const moved = await picture();
    await page.getByRole('checkbox', { name: 'In step' }).click();
    await page.locator('canvas').first().hover();
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(200);
    expect(await picture()).toBe(moved);
    await opened.close();
  });

  it('shows attributes side by side, and what of them differs', async () => {
    const details = (strides: string): NodeDetails => ({
      name: '/stem/conv', opType: 'Conv', domain: '', metadata: {}, outputs: [],
      attributes: [{ name: 'group', value: '1' }, { name: 'strides', value: strides }],
      inputs: [{
        name: 'w', role: 'W', type: 'float32[16,1,3,3]', constant: { bytes: 576, elements: 144, external: false },
      }],
    });
    const opened = await open({
      host: fakeHost(a, { nodeDetails: ({ uri }) => details(uri === a.uri ? '[1, 1]' : '[2, 2]') }),
    });
    const { page } = opened;
    await page.keyboard.press('n');
    await page.getByRole('tab', { name: 'Selected layer' }).click();
    await page.getByText('Values of W').waitFor();
    const row = page.getByRole('row', { name: /strides/ });
    expect(await row.innerText()).toMatch(/≠\s*strides\s+\[1, 1\]\s+\[2, 2\]/);
    expect(await page.getByRole('row', { name: /group/ }).innerText()).not.toContain('≠');
    const overlaid = page.getByRole('img', { name: /histogram of first: float32 and second: float32/ });
    await overlaid.waitFor();
    const largest = page.getByText('0.031 at [3, 0, 1, 2]: 0.5 became 0.469');
    await largest.waitFor();
    await opened.close();
  });

  it('comes back as it was when it was hidden', async () => {
    const opened = await open();
    const { page } = opened;
    await page.keyboard.press('n');
    await page.locator('canvas').first().hover();
    await page.mouse.wheel(0, 300);
    await page.getByRole('checkbox', { name: 'In step' }).click();
    await page.getByRole('tab', { name: 'Selected layer' }).click();
    await expect.poll(() => opened.state()).toMatchObject({
      a: a.uri, b: b.uri, tab: 1, inStep: false, selected: { node: '/stem/conv' },
    });
    await page.waitForTimeout(400);
    const state = await opened.state();
    await opened.close();
    const again = await open({ state });
    await again.page.getByText('Values of W').waitFor();
    expect(await again.page.getByRole('checkbox', { name: 'In step' }).isChecked()).toBe(false);
    expect(await again.page.getByRole('tab', { name: 'Selected layer' }).getAttribute('aria-selected')).toBe('true');
    await again.page.waitForTimeout(400);
    expect(await again.state()).toEqual(state);
    await again.close();
  });

  it('fills in figures when the run is through, and keeps the graphs when it fails', async () => {
    const opened = await open();
    const { page } = opened;
    await opened.send({
      type: 'comparison',
      record: record('compare', { state: 'running', progress: { phase: 'Measuring the result', done: 3, total: 300 } }),
      comparison: null,
    });
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.getByText('Measuring the result, 3 of 300').first().waitFor();
    const failure = { code: 'DATA', message: 'The data are gone.', fix: 'Bring them back.' };
    await opened.send({ type: 'failed', failure });
    await page.getByText('Bring them back.').waitFor();
    await page.locator('canvas').first().waitFor();
    await opened.send({ type: 'comparison', record: record('compare'), comparison: fixture('comparison') });
    await page.getByText('2.89x smaller').first().waitFor();
    await opened.close();
  });

  it('has no serious accessibility finding', async () => {
    const opened = await open({ theme: 'light-modern' });
    await opened.send({ type: 'comparison', record: record('compare'), comparison: fixture('comparison') });
    await opened.page.keyboard.press('n');
    await opened.page.getByRole('tab', { name: 'Figures' }).click();
    expect(await opened.accessibilityFindings()).toEqual([]);
    expect(opened.errors).toEqual([]);
    await opened.close();
  });
});
