import { afterAll, describe, expect, it } from 'vitest';
import type { ResultPageEvent } from '../../protocol/page.ts';
import { goalSentence } from '../../protocol/results/run-words.ts';
import { fixture, record } from './fixtures.ts';
import { chromiumPath, closeBrowser, openPage, themeNames, type OpenOptions, type TestPage } from './open-page.ts';

async function open(event: ResultPageEvent, options: Partial<OpenOptions> = {}): Promise<TestPage> {
  const opened = await openPage({ entry: 'webview/result/main.ts', ...options });
  await expect.poll(() => opened.posted.some(({ kind }) => kind === 'ready')).toBe(true);
  await opened.send(event);
  await opened.page.locator('h1').waitFor();
  return opened;
}

const run = fixture('run');
const runEvent = { type: 'run', record: record('recipe'), result: run } as const;

const requestsOf = ({ posted }: TestPage): unknown[] => posted.flatMap((message) => (
  message.kind === 'request' ? [{ method: message.method, ...message.params as object }] : []
));

/** Texts of a column of the grid that is shown, without its header. */
async function column({ page }: TestPage, label: string, index: number): Promise<string[]> {
  const rows = page.getByRole('grid', { name: label }).locator('vscode-data-grid-row[row-type="default"]');
  return rows.locator(`vscode-data-grid-cell:nth-child(${index})`).allTextContents();
}

afterAll(closeBrowser);

describe.skipIf(chromiumPath === undefined)('result page, in Chromium', () => {
  it('says what the report says of size, latency, metric and goal', async () => {
    const opened = await open(runEvent);
    const text = await opened.page.locator('main').innerText();
    expect(text).toContain('digits.int8.onnx');
    expect(text).toContain('2.89x smaller');
    expect(text).toContain('400 kB → 139 kB');
    expect(text).toContain('99.7 % top1');
    expect(text).toContain(goalSentence(run));
    expect(text).toContain('the true drop may be up to 1.4 points');
    expect(text).toContain('1385 channels were equalized before quantization.');
    expect(opened.errors).toEqual([]);
    await opened.close();
  });

  it('lets the host run commands on the run', async () => {
    const opened = await open(runEvent);
    const labels = ['Open Result in Graph', 'Compare with Original', 'Open Recipe', 'Open HTML Report', 'Run Again'];
    for (const label of labels) {
      await opened.page.getByRole('button', { name: label }).click();
    }
    await expect.poll(() => requestsOf(opened)).toEqual(
      ['openModel', 'compare', 'openRecipe', 'openReport', 'rerun'].map((name) => ({
        method: 'command', command: `lathe.runs.${name}`, arguments: ['run-1'],
      })),
    );
    await opened.close();
  });

  it('sorts layers by figures and by words, and keeps the order of the model as the third way', async () => {
    const opened = await open(runEvent);
    await opened.page.getByRole('tab', { name: /Layers/ }).click();
    const inModel = run.layers.map(({ name }) => name);
    expect(await column(opened, 'Layers', 1)).toEqual(inModel);
    const header = opened.page.getByRole('columnheader', { name: 'Before' });
    await header.click();
    const bySize = [...run.layers].sort((a, b) => b.bytesBefore - a.bytesBefore).map(({ name }) => name);
    expect(await column(opened, 'Layers', 1)).toEqual(bySize);
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await header.click();
    expect((await column(opened, 'Layers', 1)).at(-1)).toBe(bySize[0]);
    await header.click();
    expect(await column(opened, 'Layers', 1)).toEqual(inModel);
    const sqnr = opened.page.getByRole('columnheader', { name: 'SQNR' });
    await sqnr.click();
    const measured = run.layers.filter(({ sqnrDb }) => sqnrDb !== null).length;
    const figures = await column(opened, 'Layers', 4);
    expect(figures.slice(0, measured).every((text) => text.endsWith('dB'))).toBe(true);
    expect(figures.slice(measured).every((text) => text === '')).toBe(true);
    await opened.close();
  });

  it('filters layers by text and by action, and says how many are left', async () => {
    const opened = await open(runEvent);
    const { page } = opened;
    await page.getByRole('tab', { name: /Layers/ }).click();
    await page.getByRole('textbox', { name: 'Filter layers' }).fill('block1/');
    expect(await column(opened, 'Layers', 1)).toEqual(run.layers.map(({ name, reason = '' }) => ({ name, reason }))
      .filter(({ name, reason }) => name.includes('block1/') || reason.includes('block1/')).map(({ name }) => name));
    await page.getByRole('combobox', { name: 'Show layers by action' }).click();
    await page.getByRole('option', { name: /^int8/ }).click();
    expect(await column(opened, 'Layers', 1)).toEqual(['/block1/expand/conv', '/block1/project/conv']);
    expect(await page.locator('.grid-status:visible').innerText()).toBe('2 of 51 layers');
    await page.getByRole('textbox', { name: 'Filter layers' }).fill('nothing is called so');
    await page.getByText('No layers match.').waitFor();
    await opened.close();
  });

  it('is walked by keyboard: tabs, headers, rows', async () => {
    const opened = await open(runEvent);
    const { page } = opened;
    await page.getByRole('tab', { name: 'Summary' }).focus();
    await page.keyboard.press('ArrowRight');
    const grid = page.getByRole('grid', { name: 'Layers' });
    await grid.waitFor();
    await grid.locator('[role="columnheader"]').first().focus();
    await page.keyboard.press('Enter');
    const names = [...run.layers].map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    expect(await column(opened, 'Layers', 1)).toEqual(names);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => requestsOf(opened)).toEqual([
      { method: 'revealNode', path: '/home/ada/models/digits.onnx', node: names[0], overlay: 'run-sqnr' },
    ]);
    expect(await opened.state()).toMatchObject({ tab: 1 });
    await opened.close();
  });

  it('opens at the tab that was open before', async () => {
    const opened = await open(runEvent, { state: { tab: 3, scrollTop: 0 } });
    await opened.page.getByText('Steps of the recipe').waitFor();
    await opened.close();
  });

  it('says what a missed goal means, and shows samples with their pictures', async () => {
    const pixel = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
    const worse = [{ name: '<b>4.png', expected: '4', before: '4', after: '9', change: 1, picture: pixel }];
    const opened = await open({
      ...runEvent,
      result: {
        ...run,
        goalMet: false,
        drop: { value: 0.05, ci95: [0.03, 0.07] },
        changes: {
          classes: [{ label: 'four', samples: 30, before: 1, after: 0.5 }], worse, changed: { worse: 1, better: 0 },
        },
      },
    });
    const { page } = opened;
    await page.getByText('Goal missed: top1 drops by 5.0 points, and only 1.0 points are allowed.').waitFor();
    await page.getByText('The result was written nevertheless').waitFor();
    await page.getByRole('tab', { name: 'Classes and samples' }).click();
    // Names come from files: they are text, whatever they look like.
    await page.getByText('<b>4.png', { exact: true }).waitFor();
    expect(await page.locator('.samples img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    expect(await column(opened, 'Classes', 5)).toEqual(['-50.0 points']);
    await opened.close();
  });

  it('shows all candidates of a run that had to look for its result', async () => {
    const repaired = fixture('run-repaired');
    const opened = await open({ ...runEvent, result: repaired });
    const { page } = opened;
    const chart = page.getByRole('img', { name: /top1 against size: 12 candidates/ });
    await expect.poll(() => chart.locator('.point').count()).toBe(12);
    await page.locator('figure', { has: chart }).getByText('Figures as a table').click();
    await expect.poll(() => page.locator('figure', { has: chart }).locator('tbody tr').count()).toBe(12);
    await opened.close();
  });

  it('compares benchmarks, and shows where the time goes', async () => {
    const result = fixture('benchmark');
    const opened = await open({ type: 'benchmark', record: record('benchmark'), result });
    const { page } = opened;
    await page.getByText('cannot be told apart').waitFor();
    await page.getByText(/^High: 95th percentile against median/).waitFor();
    const [first, second] = result.runs;
    const slowest = (nodes: typeof result.runs[0]['nodes']): string | undefined =>
      [...nodes ?? []].sort((a, b) => b.medianUs - a.medianUs)[0]?.origin;
    expect((await column(opened, 'Time by node', 1))[0]).toBe(slowest(first?.nodes));
    await page.getByRole('combobox', { name: 'Model whose nodes are shown' }).click();
    await page.getByRole('option', { name: 'digits.int8.onnx' }).click();
    expect((await column(opened, 'Time by node', 1))[0]).toBe(slowest(second?.nodes));
    await page.getByRole('grid').getByRole('rowheader').first().click();
    await expect.poll(() => requestsOf(opened))
      .toMatchObject([{ method: 'revealNode', path: '/home/ada/models/digits.int8.onnx' }]);
    await opened.close();
  });

  it('ranks layers of an analysis and writes its advice into the recipe', async () => {
    const result = fixture('analysis');
    const opened = await open({ type: 'analysis', record: record('analyze'), result });
    const { page } = opened;
    expect(await column(opened, 'Layers by sensitivity', 1)).toEqual(result.layers.map(({ name }) => name));
    await page.getByText('Keep in float').first().click();
    await expect.poll(() => requestsOf(opened)).toEqual([{
      method: 'applyFix',
      uri: 'file:///home/ada/models/digits.onnx',
      edit: { kind: 'layer-rule', match: result.layers[0]?.name, rule: { keep: 'float' } },
    }]);
    await opened.close();
  });

  it('draws the curves of training while they grow, and lets it be paused and stopped', async () => {
    const training = {
      recipeStep: 1, name: 'distill', stepsPlanned: 100, metric: 'top1', paused: false,
      losses: Array.from({ length: 20 }, (_, i) => [i, 2 * 0.9 ** i] as const),
      scores: [{ step: 0, value: 0.7, loss: 2 }, { step: 10, value: 0.9, loss: 1 }, { step: 20, value: 0.8, loss: 1 }],
    };
    const running = record('recipe', { state: 'running', training });
    const opened = await open({ type: 'progress', record: running });
    const { page } = opened;
    await page.getByRole('img', { name: /^Loss: 0\.270 at step 19 of 100$/ }).waitFor();
    await page.getByRole('img', { name: /^top1: 80\.0 % at step 20 of 100$/ }).waitFor();
    expect(await page.locator('circle.after').count()).toBe(1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Stop and Keep Best' }).click();
    await opened.send({ type: 'progress', record: { ...running, training: { ...training, paused: true } } });
    await page.getByRole('heading', { name: 'Training (distill), paused' }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => requestsOf(opened)).toEqual(['pause', 'stopAndKeep', 'resume'].map((name) => ({
      method: 'command', command: `lathe.runs.${name}`, arguments: ['run-1'],
    })));
    expect(opened.errors).toEqual([]);
    await opened.close();
  });

  it('has a tab for steps that trained', async () => {
    const training = {
      learnedFrom: 'labels', samples: 900, heldOut: 100, batch: 32, stepsMade: 60, stepsPlanned: 60, epochs: 2,
      learningRate: 1e-3, learningRateFound: false, metric: 'top1', losses: [[0, 2], [59, 0.5]], bestStep: 60,
      scores: [{ step: 0, value: 0.7, loss: 2 }, { step: 60, value: 0.9, loss: 1 }], end: 'done', trainingMs: 61_000,
    } as const;
    const result = { ...run, steps: [...run.steps, { name: 'finetune', durationMs: 1, kept: true, training }] };
    const opened = await open({ type: 'run', record: record('recipe'), result });
    await opened.page.getByRole('tab', { name: 'Training' }).click();
    const text = await opened.page.locator('main').innerText();
    expect(text).toContain('Learned from labels: 60 steps of 32 samples from 900 samples in 1 min 1 s');
    expect(text).toContain('top1 went from 70.0 % to 90.0 %');
    await opened.page.getByRole('img', { name: /^Loss: 0\.500/ }).waitFor();
    await opened.close();
  });

  it('follows a run to its end, or to its failure and the fix', async () => {
    const running = record('recipe', { state: 'running', progress: { phase: 'Calibrating', done: 25, total: 100 } });
    const opened = await open({ type: 'progress', record: running });
    const { page } = opened;
    await page.getByText('Calibrating').waitFor();
    expect(await page.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(0.25);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => requestsOf(opened))
      .toEqual([{ method: 'command', command: 'lathe.runs.cancel', arguments: ['run-1'] }]);
    await opened.send({
      type: 'progress',
      record: record('recipe', {
        state: 'failed',
        failure: {
          code: 'DATA',
          message: 'The folder "pictures" holds no pictures.',
          fix: 'Name a folder with PNG or JPEG files.',
          at: { file: 'digits.data.yaml', line: 3 },
        },
      }),
    });
    await page.getByText('The folder "pictures" holds no pictures.').waitFor();
    await page.getByText('Name a folder with PNG or JPEG files.').waitFor();
    await page.getByText('digits.data.yaml:3').waitFor();
    await opened.send(runEvent);
    await page.getByRole('tab', { name: 'Summary' }).waitFor();
    await opened.close();
  });

  it.each(themeNames)('has no serious accessibility finding in %s', async (theme) => {
    const opened = await open(runEvent, { theme });
    expect(await opened.accessibilityFindings()).toEqual([]);
    await opened.page.getByRole('tab', { name: /Layers/ }).click();
    expect(await opened.accessibilityFindings()).toEqual([]);
    expect(opened.errors).toEqual([]);
    await opened.close();
  });

  it('has none in benchmarks and analyses either', async () => {
    const opened = await open(runEvent, { theme: 'light-modern' });
    await opened.send({ type: 'benchmark', record: record('benchmark'), result: fixture('benchmark') });
    await opened.page.getByText('Where the time goes').waitFor();
    expect(await opened.accessibilityFindings()).toEqual([]);
    await opened.send({ type: 'analysis', record: record('analyze'), result: fixture('analysis') });
    await opened.page.getByText('Layers, the worst first').waitFor();
    expect(await opened.accessibilityFindings()).toEqual([]);
    expect(opened.errors).toEqual([]);
    await opened.close();
  });
});
