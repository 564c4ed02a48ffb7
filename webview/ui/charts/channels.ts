/** Smallest and largest element of each channel, in the order of the channels. */

import { svg } from '../dom.ts';
import { plural, significant } from '../format.ts';
import { chart, line, rect, round, text } from './chart.ts';
import { linear, ticks } from './scale.ts';

export interface ChannelOptions {
  readonly title: string;
  /** By channel. */
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** Of the whole tensor: with one scale for all channels, everything is rounded to a part of this range. */
  readonly height?: number;
}

const margin = { left: 56, right: 8, top: 8, bottom: 20 };

export function channelRanges({ title, min, max, height = 150 }: ChannelOptions): HTMLElement {
  const low = Math.min(0, ...min);
  const high = Math.max(0, ...max);
  const count = min.length;
  const widths = min.map((value, i) => max[i]! - value);
  const widest = widths.reduce((best, width, i) => (width > widths[best]! ? i : best), 0);
  const sorted = [...widths].sort((a, b) => a - b);
  const middle = sorted[Math.floor(count / 2)] ?? 0;

  const draw = (width: number): Node[] => {
    const base = height - margin.bottom;
    const y = linear([low, high], [base, margin.top]);
    const x = linear([0, Math.max(1, count)], [margin.left, width - margin.right]);
    const axis = ticks(low, high, 4).flatMap((value) => [
      line(margin.left, y(value), width - margin.right, y(value), value === 0 ? 'rule strong' : 'rule'),
      text(margin.left - 6, y(value) + 4, significant(value), { kind: 'axis', anchor: 'end' }),
    ]);
    const step = x(1) - x(0);
    const bars = step >= 2
      ? min.map((value, i) => rect(x(i) + step * 0.1, y(max[i]!), step * 0.8, Math.max(1, y(value) - y(max[i]!)),
        'bar after', `channel ${i}: ${significant(value)} to ${significant(max[i]!)}`))
      : [envelope(min, max, x, y)];
    return [
      ...axis, ...bars,
      text(margin.left, height - 4, 'channel 0', { kind: 'axis' }),
      text(width - margin.right, height - 4, `${count - 1}`, { kind: 'axis', anchor: 'end' }),
    ];
  };

  return chart({
    label: `${title}: ranges of ${plural(count, 'channel')}; the widest is channel ${widest}, `
      + `${significant(widths[widest] ?? 0)} wide, the median one is ${significant(middle)} wide`,
    height,
    draw,
    table: {
      head: ['Channel', 'min', 'max'],
      rows: min.map((value, i) => [String(i), significant(value), significant(max[i]!)]),
    },
  });
}

/** More channels than pixels: one area from the smallest to the largest. */
function envelope(
  min: readonly number[],
  max: readonly number[],
  x: (channel: number) => number,
  y: (value: number) => number,
): SVGPathElement {
  const upper = max.map((value, i) => `${round(x(i + 0.5))} ${round(y(value))}`);
  const lower = min.map((value, i) => `${round(x(i + 0.5))} ${round(y(value))}`).reverse();
  return svg('path', { class: 'bar after', d: `M ${[...upper, ...lower].join(' L ')} Z` });
}
