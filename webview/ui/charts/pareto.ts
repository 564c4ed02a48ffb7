/** Candidates by what they cost and what they give, and the line of those that no other beats. */

import { svg } from '../dom.ts';
import { chart, line, round, text } from './chart.ts';
import { linear, ticks } from './scale.ts';

export interface ParetoPoint {
  readonly name: string;
  /** The cost: small is good. */
  readonly x: number;
  readonly y: number;
  readonly yInterval?: readonly [number, number];
  /** 'before' for the original, 'after' for the result, 'other' for the rest: form and colour. */
  readonly kind: 'before' | 'after' | 'other';
}

export interface ParetoOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly ParetoPoint[];
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
  readonly higherIsBetter: boolean;
  /** Drawn as a line over the whole width: the least (or largest) y that the goal allows. */
  readonly goal?: { readonly y: number; readonly label: string };
  readonly note?: string;
}

const height = 260;
const margin = { left: 64, right: 76, top: 22, bottom: 40 };

/** Indices of the points that no other one beats in both figures, from the cheapest on. */
export function frontier(
  points: readonly { readonly x: number; readonly y: number }[],
  higherIsBetter: boolean,
): number[] {
  const sign = higherIsBetter ? 1 : -1;
  const order = points.map((_, i) => i)
    .sort((a, b) => points[a]!.x - points[b]!.x || (points[b]!.y - points[a]!.y) * sign);
  let best = -Infinity;
  return order.filter((i) => {
    const gain = points[i]!.y * sign;
    if (gain <= best) return false;
    best = gain;
    return true;
  });
}

export function pareto(options: ParetoOptions): HTMLElement {
  const { title, xTitle, yTitle, points, xFormat, yFormat, higherIsBetter, goal, note } = options;
  const ys = points.flatMap(({ y, yInterval }) => [y, ...(yInterval ?? [])]);
  if (goal) ys.push(goal.y);
  const [yLow, yHigh] = padded(Math.min(...ys), Math.max(...ys));
  const xHigh = Math.max(...points.map(({ x }) => x)) * 1.04;
  const front = frontier(points, higherIsBetter);

  const draw = (width: number): Node[] => {
    const x = linear([0, xHigh], [margin.left, width - margin.right]);
    const y = linear([yLow, yHigh], [height - margin.bottom, margin.top]);
    const right = width - margin.right;
    const bottom = height - margin.bottom;
    return [
      ...ticks(0, xHigh, Math.max(2, Math.floor((right - margin.left) / 110))).flatMap((value) => [
        line(x(value), margin.top, x(value), bottom, 'rule'),
        text(x(value), bottom + 16, value === 0 ? '0' : xFormat(value), { kind: 'axis', anchor: 'middle' }),
      ]),
      ...ticks(yLow, yHigh, 4).flatMap((value) => [
        line(margin.left, y(value), right, y(value), 'rule'),
        text(margin.left - 8, y(value) + 4, yFormat(value), { kind: 'axis', anchor: 'end' }),
      ]),
      text(right, height - 6, xTitle, { kind: 'axis', anchor: 'end' }),
      text(0, 12, yTitle, { kind: 'axis' }),
      ...(goal ? [
        line(margin.left, y(goal.y), right, y(goal.y), 'goal'),
        text(margin.left + 6, y(goal.y) + 14, goal.label, { kind: 'axis' }),
      ] : []),
      svg('polyline', {
        class: 'front', points: front.map((i) => `${round(x(points[i]!.x))},${round(y(points[i]!.y))}`).join(' '),
      }),
      ...points.map((point) => pointOf(point, x, y, `${point.name}: ${xFormat(point.x)}, ${yFormat(point.y)}`)),
      ...points.filter(({ kind }) => kind !== 'other').map(({ name, ...at }) =>
        text(x(at.x) + 9, y(at.y) - 7, name, { kind: 'mark' })),
    ];
  };

  return chart({
    label: `${title}: ${points.length} candidates by ${xTitle} and ${yTitle}; `
      + `${front.map((i) => points[i]!.name).join(', ')} cannot be beaten in both`,
    height,
    draw,
    table: {
      head: ['Candidate', xTitle, yTitle],
      rows: points.map(({ name, x, y }) => [name, xFormat(x), yFormat(y)]),
    },
    ...(note !== undefined && { note }),
  });
}

/** Forms besides colours: a square for the original, a full disc for the result, rings for the rest. */
function pointOf(
  { x: atX, y: atY, kind, yInterval }: ParetoPoint,
  x: (value: number) => number,
  y: (value: number) => number,
  words: string,
): SVGElement {
  const cx = round(x(atX));
  const cy = round(y(atY));
  return svg('g', {}, svg('title', {}, words),
    yInterval && line(cx, y(yInterval[0]), cx, y(yInterval[1]), `whisker ${kind}`),
    kind === 'before'
      ? svg('rect', { x: cx - 5, y: cy - 5, width: 10, height: 10, class: `point ${kind}` })
      : svg('circle', { cx, cy, r: kind === 'after' ? 6 : 4.5, class: `point ${kind}` }));
}

function padded(low: number, high: number): readonly [number, number] {
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.01 || 1;
  return [low - pad, high + pad];
}
