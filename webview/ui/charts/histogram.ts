/** How values are spread: one histogram, or two on the same axis. */

import { significant } from '../format.ts';
import { chart, line, rect, text } from './chart.ts';
import { linear, ticks } from './scale.ts';

export interface HistogramSeries {
  readonly name: string;
  /** 'before', 'after': the colour. */
  readonly kind: string;
  /** `counts[i]` values between `min + i * width` and `min + (i + 1) * width`. */
  readonly min: number;
  readonly width: number;
  readonly counts: readonly number[];
}

export interface HistogramOptions {
  readonly title: string;
  readonly series: readonly HistogramSeries[];
  /** "weights", "runs". */
  readonly noun: string;
  readonly format?: (value: number) => string;
  /** Places to point out, such as medians. */
  readonly marks?: readonly { readonly value: number; readonly label: string; readonly kind: string }[];
  readonly height?: number;
  /** Heights as logarithms: where nearly all values are in one bin. */
  readonly logarithmic?: boolean;
  readonly note?: string;
}

const margin = { left: 12, right: 12, bottom: 22 };
const markHeight = 16;
const leastTickRoom = 90;

export function histogram(options: HistogramOptions): HTMLElement {
  const { title, series, noun, format = significant, marks = [], height = 150, logarithmic = false, note } = options;
  const filled = series.filter(({ counts }) => counts.length > 0);
  const low = Math.min(...filled.map(({ min }) => min));
  const high = Math.max(...filled.map(({ min, width, counts }) => min + width * counts.length));
  // Densities, so that series with bins of different widths and different totals compare.
  const densities = filled.map(({ counts, width }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => heightOf(total > 0 ? count / total / (width || 1) : 0, count, logarithmic));
  });
  const most = Math.max(Number.MIN_VALUE, ...densities.flat());
  const top = marks.length * markHeight + 6;
  const base = height - margin.bottom;

  const draw = (width: number): Node[] => {
    const x = linear([low, high], [margin.left, width - margin.right]);
    const y = linear([0, most], [base, top]);
    const bars = filled.flatMap(({ kind, counts, min, width: binWidth, name }, s) => counts.flatMap((count, i) => {
      if (count === 0) return [];
      const from = low === high ? margin.left : x(min + i * binWidth);
      const to = low === high ? width - margin.right : x(min + (i + 1) * binWidth);
      const at = Math.min(y(densities[s]![i]!), base - 1);
      const where = `${format(min + i * binWidth)} to ${format(min + (i + 1) * binWidth)}`;
      return rect(from, at, Math.max(0.6, to - from - (to - from > 3 ? 0.6 : 0)), base - at, `bar ${kind}`,
        `${name}: ${count} ${noun} from ${where}`);
    }));
    const axis = ticks(low, high, Math.max(2, Math.floor(width / leastTickRoom))).map((value) => {
      const at = x(value);
      const anchor = at < 30 ? 'start' : at > width - 30 ? 'end' : 'middle';
      return [line(at, base, at, base + 4, 'rule'), text(at, height - 4, format(value), { kind: 'axis', anchor })];
    }).flat();
    const pointed = marks.flatMap(({ value, label, kind }, i) => {
      const at = x(Math.min(high, Math.max(low, value)));
      const anchor = at > width / 2 ? 'end' as const : 'start' as const;
      const words = text(at + (anchor === 'end' ? -5 : 5), (i + 1) * markHeight - 3, label, { kind: 'mark', anchor });
      return [line(at, i * markHeight + 4, at, base, `mark ${kind}`), words];
    });
    return [...bars, line(margin.left, base, width - margin.right, base, 'rule'), ...axis, ...pointed];
  };

  const rows = filled.flatMap(({ name, counts, min, width }) => counts.flatMap((count, i) => (count === 0 ? [] : [[
    `${name}: ${format(min + i * width)} to ${format(min + (i + 1) * width)}`, String(count),
  ]])));
  const range = filled.length === 0 ? 'no values' : `from ${format(low)} to ${format(high)}`;
  return chart({
    label: `${title}: histogram of ${filled.map(({ name }) => name).join(' and ')}, ${range}`
      + marks.map(({ label }) => `, ${label}`).join(''),
    height,
    draw,
    table: { head: ['Range', noun], rows },
    ...(filled.length > 1 && { legend: filled.map(({ kind, name }) => ({ kind, label: name })) }),
    ...(note !== undefined && { note }),
  });
}

function heightOf(density: number, count: number, logarithmic: boolean): number {
  return logarithmic ? Math.log1p(count) : density;
}
