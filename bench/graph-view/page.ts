/**
 * Measures the frames of the graph page's own drawing: panning and zooming with all groups open, and a new heat map.
 *
 *     node bench/run.mjs bench/graph-view/page.ts [tf-20000 llm-5000 ...]
 *
 * Prints the 95th percentile of the time from frame to frame and of the drawing in it, in milliseconds.
 */

import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { launchChromium, pageBytes } from './browser.ts';
import { networkNamed } from './families.ts';
import { layoutInput } from './layout-input.ts';
import type { FrameTimes, MeasureFrames } from './page-frames.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const names = positionals.length > 0 ? positionals : ['tf-1000', 'tf-20000', 'cnn-20000', 'llm-5000'];

const { outputFiles } = await build({
  entryPoints: ['bench/graph-view/page-frames.ts'], bundle: true, write: false, platform: 'browser', target: 'es2023',
  format: 'iife', logLevel: 'warning',
});
const script = outputFiles[0]!.text;

const words = ({ frameMs, drawMs }: FrameTimes): string => `${frameMs.toFixed(1)} (${drawMs.toFixed(1)})`;
console.log('| graph | boxes | first frame | pan far | pan near | zoom | recolour | folded recolour | page |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const name of names) {
  const { graph } = layoutInput(networkNamed(name));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.setContent('<!doctype html><html lang="en"><body class="vscode-dark" style="margin:0"></body></html>');
    await page.evaluate(script);
    const columns = Object.fromEntries(Object.entries(graph).map(([column, values]) => [column, [...values]]));
    const result = await page.evaluate(
      async (columns) => (globalThis as unknown as { measureFrames: MeasureFrames }).measureFrames(columns),
      columns,
    );
    const { boxes, firstMs, panFar, panNear, zoom, recolour, foldedRecolour } = result;
    const cells = [
      name, String(boxes), `${firstMs.toFixed(0)} ms`,
      ...[panFar, panNear, zoom, recolour, foldedRecolour].map(words),
      `${(await pageBytes(browser) / 1e6).toFixed(0)} MB`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    await browser.close();
  }
}
