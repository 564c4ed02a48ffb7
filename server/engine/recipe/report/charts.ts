/** Charts as inline SVG: coloured by the page's own variables, with a text alternative in each. */

import type { LayerResult } from '../../../../protocol/results/run.ts';
import { bytesInWords, durationInWords } from '../../util/words.ts';
import { escapeHtml } from './escape.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

function svg({ width, height }: Size, label: string, body: string, kind = 'chart'): string {
  return `<svg class="${kind}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">`
    + `<title>${escapeHtml(label)}</title>${body}</svg>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function rect(x: number, y: number, width: number, height: number, kind: string, radius = 0): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`
    + `${radius > 0 ? ` rx="${radius}"` : ''}/>`;
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
}

/** Two bars on one scale: before above, after below. */
export function pairChart(name: string, before: number, after: number, words: (value: number) => string): string {
  const size = { width: 460, height: 74 };
  const left = 52;
  const room = size.width - left - 90;
  const scale = room / Math.max(before, after, Number.MIN_VALUE);
  const bar = (y: number, label: string, value: number, kind: string): string =>
    text(0, y + 17, label, 'axis') + rect(left, y, Math.max(1, value * scale), 24, kind, 3)
    + text(left + value * scale + 8, y + 17, words(value), 'value');
  return svg(
    size,
    `${name}: ${words(before)} before, ${words(after)} after`,
    bar(6, 'before', before, 'before') + bar(42, 'after', after, 'after'),
  );
}

const distributionBins = 48;

/** The axis of latencies ends here at the latest, in medians of the slower model: beyond is other programs' doing. */
const longestInMedians = 2.5;

/**
 * Both latency distributions on one axis, cut at the 99th percentile and at a multiple of the median, whichever comes
 * first: outliers must not flatten the rest. What is cut is counted in the chart.
 */
export function latencyChart(
  before: readonly number[],
  after: readonly number[],
  medians: { readonly before: number; readonly after: number },
): string {
  if (before.length < 2 || after.length < 2) return '';
  const high = Math.max(...[before, after].map((samples) =>
    Math.min(quantile(samples, 0.99), longestInMedians * quantile(samples, 0.5))));
  const beyond = [...before, ...after].filter((sample) => sample > high).length;
  const low = Math.min(...before, ...after);
  const size = { width: 940, height: 214 };
  const base = 168;
  const span = high > low ? high - low : Math.max(1e-9, high);
  const x = (value: number): number => ((Math.min(value, high) - low) / span) * (size.width - 40) + 20;
  const half = (values: readonly number[], kind: string): string => {
    const counts = new Float64Array(distributionBins);
    for (const value of values) {
      if (value > high) continue;
      const bin = Math.min(distributionBins - 1, Math.floor(((value - low) / span) * distributionBins));
      counts[bin]! += 1;
    }
    const most = Math.max(...counts);
    const width = (size.width - 40) / distributionBins;
    return Array.from(counts, (count, i) => (count === 0 ? '' : rect(
      20 + i * width + 0.5, base - (count / most) * 118, width - 1, (count / most) * 118, kind, 1.5,
    ))).join('');
  };
  const mark = (value: number, name: string, kind: string, y: number): string => {
    const anchor = x(value) > size.width - 190 ? 'end' : 'start';
    const at = round(x(value));
    return `<line class="${kind}" x1="${at}" x2="${at}" y1="${y - 10}" y2="${base}"/>`
      + text(x(value) + (anchor === 'start' ? 6 : -6), y, `${name}: ${durationInWords(value)}`, 'value', anchor);
  };
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => text(
    20 + share * (size.width - 40), 192, durationInWords(low + share * span), 'axis',
    share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
  )).join('');
  const cut = beyond === 0
    ? ''
    : `${beyond} of ${before.length + after.length} runs took longer than ${durationInWords(high)} and are not drawn`;
  const label = `Latency of ${before.length} runs before and ${after.length} runs after, medians `
    + `${durationInWords(medians.before)} and ${durationInWords(medians.after)}${cut === '' ? '' : `; ${cut}`}`;
  const note = cut === '' ? '' : text(size.width - 20, 208, `${cut}.`, 'axis', 'end');
  const axis = `<line class="rule" x1="20" x2="${size.width - 20}" y1="${base}" y2="${base}"/>${ticks}`;
  const marks = mark(medians.before, 'before', 'mark-before', 36) + mark(medians.after, 'after', 'mark-after', 18);
  return svg(size, label, axis + half(before, 'before') + half(after, 'after') + marks + note, 'chart wide');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const under = sorted[below] ?? NaN;
  return under + ((sorted[below + 1] ?? under) - under) * (at - below);
}

/** One column a layer, in the order of the model: its bytes before, and in front of that its bytes after. */
export function layerSizeChart(layers: readonly LayerResult[]): string {
  const sized = layers.filter(({ bytesBefore, bytesAfter }) => bytesBefore + bytesAfter > 0);
  if (sized.length < 2) return '';
  const size = { width: 940, height: 220 };
  const base = 190;
  const most = Math.max(...sized.map(({ bytesBefore, bytesAfter }) => Math.max(bytesBefore, bytesAfter)));
  const step = (size.width - 66) / sized.length;
  const width = Math.max(1, Math.min(28, step * 0.8));
  const columns = sized.map(({ name, bytesBefore, bytesAfter }, i) => {
    const x = 60 + i * step + (step - width) / 2;
    const column = (bytes: number, kind: string): string => {
      const height = Math.max(bytes > 0 ? 1 : 0, (bytes / most) * 160);
      return rect(x, base - height, width, height, kind, width > 6 ? 2 : 0);
    };
    const words = `${name}: ${bytesInWords(bytesBefore)} before, ${bytesInWords(bytesAfter)} after`;
    return `<g><title>${escapeHtml(words)}</title>${column(bytesBefore, 'before')}${column(bytesAfter, 'after')}</g>`;
  }).join('');
  const lines = [0, 0.5, 1].map((share) => {
    const y = base - share * 160;
    return `<line class="rule" x1="58" x2="${size.width}" y1="${y}" y2="${y}"/>`
      + text(52, y + 4, bytesInWords(share * most), 'axis', 'end');
  }).join('');
  return svg(size, `Bytes of each of ${sized.length} layers before and after; the table below has the figures`,
    lines + columns + text(60, 210, 'first layer', 'axis') + text(size.width, 210, 'last layer', 'axis', 'end'),
    'chart wide');
}

/** A bar in a table cell; the number beside it is its text. */
export function cellBar(share: number, kind: string): string {
  const width = Math.max(0, Math.min(1, share)) * 80;
  return `<svg class="cell" viewBox="0 0 80 8" aria-hidden="true">${rect(0, 0, 80, 8, 'track', 2)}`
    + `${rect(0, 0, width, 8, kind, 2)}</svg>`;
}
