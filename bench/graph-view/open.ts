/**
 * From the choice of a file to the drawn graph, in headless Chromium without a GPU:
 *
 *     node bench/run.mjs bench/graph-view/make-models.ts FOLDER
 *     npm run build && node bench/run.mjs bench/graph-view/open.ts FOLDER/*.onnx
 *
 * LATHE_NETRON names a folder of Netron's sources (index.html, view.js, …): Netron then opens the same files beside it.
 */

import { basename } from 'node:path';
import { launchChromium } from './browser.ts';
import { openInLathe } from './lathe.ts';
import { openInNetron } from './netron.ts';

const rounds = 3;
const limitMs = 120_000;

const models = process.argv.slice(2);
const netron = process.env['LATHE_NETRON'];
if (models.length === 0) {
  console.error('Usage: node bench/run.mjs bench/graph-view/open.ts MODEL.onnx…');
  process.exit(2);
}

/** The round with the median time to open; each in a browser of its own. */
async function medianOf<T extends { readonly openMs: number }>(open: () => Promise<T>): Promise<T | undefined> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round++) {
    try {
      results.push(await open());
    } catch (error) {
      console.error(error);
      return undefined;
    }
  }
  return results.sort((a, b) => a.openMs - b.openMs)[Math.floor(rounds / 2)];
}

async function inBrowser<T>(open: (browser: Awaited<ReturnType<typeof launchChromium>>) => Promise<T>): Promise<T> {
  const browser = await launchChromium();
  try {
    return await open(browser);
  } finally {
    await browser.close();
  }
}

const ms = (value: number | undefined): string => value === undefined ? '-' : `${value.toFixed(0)} ms`;
const mb = (value: number | undefined): string => value === undefined ? '-' : `${(value / 1e6).toFixed(0)} MB`;

const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
const columns = ['model', 'open', 'of it the server', 'its CPU', 'figures after', 'expand all', 'zoom, p95', 'page'];
if (netron !== undefined) columns.push('Netron open', 'page');
row(columns);
row(columns.map(() => '---'));
for (const model of models) {
  const lathe = await medianOf(() => inBrowser((browser) => openInLathe(browser, model, limitMs)));
  const cells = [
    basename(model, '.onnx'), ms(lathe?.openMs), ms(lathe?.serverMs), ms(lathe?.serverCpuMs), ms(lathe?.figuresMs),
    ms(lathe?.expandAllMs), ms(lathe?.zoomP95Ms),
    mb(lathe?.memoryBytes),
  ];
  if (netron !== undefined) {
    const peer = await medianOf(() => inBrowser((browser) => openInNetron(browser, netron, model, limitMs)));
    cells.push(ms(peer?.openMs), mb(peer?.memoryBytes));
  }
  row(cells);
}
