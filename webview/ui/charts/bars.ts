/** Bars: one figure before and after, and the small bar in a table's cell. */

import { svg } from '../dom.ts';
import { chart, rect, text } from './chart.ts';

export interface PairOptions {
  readonly title: string;
  readonly before: number;
  readonly after: number;
  readonly format: (value: number) => string;
  /** Names of the two; "before" and "after" without them. */
  readonly names?: readonly [before: string, after: string];
}

const barHeight = 18;
const gap = 6;

/** Two bars on one scale, with their figures. */
export function pairBars({ title, before, after, format, names = ['before', 'after'] }: PairOptions): HTMLElement {
  const most = Math.max(before, after, Number.MIN_VALUE);
  const draw = (width: number): Node[] => {
    const left = Math.max(...names.map(({ length }) => length)) * 6.6 + 12;
    const room = Math.max(20, width - left - 84);
    const bar = (value: number, i: 0 | 1, kind: string): Node[] => {
      const y = i * (barHeight + gap);
      const length = Math.max(1, (value / most) * room);
      return [
        text(0, y + 13, names[i], { kind: 'axis' }),
        rect(left, y, length, barHeight, `bar ${kind}`),
        text(left + length + 8, y + 13, format(value), { kind: 'value' }),
      ];
    };
    return [...bar(before, 0, 'before'), ...bar(after, 1, 'after')];
  };
  return chart({
    label: `${title}: ${format(before)} ${names[0]}, ${format(after)} ${names[1]}`,
    height: 2 * barHeight + gap,
    draw,
  });
}

/** A bar beside a figure; the figure is its text. @param share 0..1 */
export function cellBar(share: number, kind = 'after'): SVGSVGElement {
  const filled = Math.max(0, Math.min(1, share)) * 48;
  return svg('svg', { 'class': 'cell-bar', 'width': 48, 'height': 8, 'aria-hidden': 'true' },
    rect(0, 0, 48, 8, 'track'), rect(0, 0, filled, 8, `bar ${kind}`));
}
