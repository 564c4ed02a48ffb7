/** Figures with their confidence intervals, one below the other on one axis. */

import { chart, line, rect, text } from './chart.ts';
import { linear, ticks } from './scale.ts';
import { svg } from '../dom.ts';
import { round } from './chart.ts';

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [number, number] | null;
  /** A further figure on the same axis, such as the 95th percentile. */
  readonly beyond?: { readonly value: number; readonly label: string };
  readonly kind?: string;
}

export interface IntervalOptions {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
  readonly format: (value: number) => string;
  /** Always on the axis: 0 for amounts, 1 for ratios. */
  readonly include?: number;
  /** Where the axis ends at the latest; what lies beyond is shown at the edge with its figure. */
  readonly clipAt?: number;
  readonly note?: string;
}

const rowHeight = 30;
const margin = { top: 4, bottom: 24 };

export function intervals({ title, rows, format, include, clipAt = Infinity, note }: IntervalOptions): HTMLElement {
  const figures = rows.flatMap(({ value, interval, beyond }) => [value, ...(interval ?? []), beyond?.value ?? value]);
  if (include !== undefined) figures.push(include);
  const low = Math.min(...figures);
  const high = Math.min(clipAt, Math.max(...figures));
  const height = margin.top + rows.length * rowHeight + margin.bottom;
  const base = height - margin.bottom;

  const draw = (width: number): Node[] => {
    const nameWidth = Math.min(width * 0.34, Math.max(...rows.map(({ name }) => name.length)) * 7 + 12);
    const valueWidth = 88;
    const x = linear([low, high], [nameWidth + 6, width - valueWidth - 10]);
    const marks = ticks(low, high, Math.max(2, Math.floor((width - nameWidth - valueWidth) / 64)));
    const grid = marks.flatMap((value) => [
      line(x(value), margin.top, x(value), base, value === include ? 'rule strong' : 'rule'),
      text(x(value), height - 6, value === 0 ? '0' : format(value), { kind: 'axis', anchor: 'middle' }),
    ]);
    const drawn = rows.flatMap(({ name, value, interval, beyond, kind = 'after' }, i) => {
      const y = margin.top + i * rowHeight + rowHeight / 2;
      const at = x(Math.min(high, value));
      const words = interval
        ? `${name}: ${format(value)}, 95 % interval ${format(interval[0])} to ${format(interval[1])}`
        : `${name}: ${format(value)}`;
      const shown = shortened(name, nameWidth);
      const title = svg('title', {}, beyond ? `${words}, ${beyond.label} ${format(beyond.value)}` : words);
      return [
        text(0, y + 4, shown),
        svg('g', {}, title, rect(0, y - rowHeight / 2, width, rowHeight, 'hit'),
          interval && [
            rect(x(Math.max(low, interval[0])), y - 4, Math.max(1, x(Math.min(high, interval[1]))
              - x(Math.max(low, interval[0]))), 8, `band ${kind}`),
          ],
          beyond && [
            line(at, y, x(Math.min(high, beyond.value)), y, `whisker ${kind}`),
            line(x(Math.min(high, beyond.value)), y - 5, x(Math.min(high, beyond.value)), y + 5, `whisker ${kind}`),
          ],
          svg('circle', { cx: round(at), cy: y, r: 4.5, class: `point ${kind}` })),
        text(width, y + 4, format(value), { kind: 'value', anchor: 'end' }),
      ];
    });
    return [...grid, ...drawn];
  };

  return chart({
    label: `${title}. ${rows.map(({ name, value, interval }) => `${name}: ${format(value)}`
      + (interval ? ` (${format(interval[0])} to ${format(interval[1])})` : '')).join('; ')}`,
    height,
    draw,
    ...(note !== undefined && { note }),
  });
}

/** Names of files begin alike and end unlike: the middle goes first. */
export function shortened(name: string, width: number): string {
  const room = Math.max(4, Math.floor(width / 7));
  if (name.length <= room) return name;
  const tail = Math.ceil((room - 1) * 0.6);
  return `${name.slice(0, room - 1 - tail)}…${name.slice(-tail)}`;
}
