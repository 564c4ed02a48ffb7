/** A curve over the steps of a training run, which may still be growing. */

import { svg } from '../dom.ts';
import { chart, line, round, text } from './chart.ts';
import { linear, ticks } from './scale.ts';

export type CurvePoint = readonly [step: number, value: number];

export interface CurveOptions {
  readonly title: string;
  readonly points: readonly CurvePoint[];
  /** Where the axis ends. */
  readonly steps: number;
  readonly format: (value: number) => string;
  /** Losses fall by orders of magnitude. */
  readonly logarithmic?: boolean;
  /** The step whose weights count. */
  readonly best?: number | undefined;
}

const height = 190;
const margin = { left: 62, right: 16, top: 12, bottom: 28 };

/** Rows of the table beside the picture. */
const mostRows = 40;

export function curve({ title, points, steps, format, logarithmic = false, best }: CurveOptions): HTMLElement {
  const shown = points.filter(([, value]) => Number.isFinite(value) && (!logarithmic || value > 0));
  const scale = logarithmic ? Math.log10 : (value: number): number => value;
  const values = shown.map(([, value]) => scale(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = shown.at(-1);
  const draw = (width: number): Node[] => {
    if (!last) return [text(margin.left, height / 2, 'Nothing yet', { kind: 'axis' })];
    const x = linear([0, Math.max(1, steps)], [margin.left, width - margin.right]);
    const y = linear([low, high], [height - margin.bottom, margin.top]);
    const base = height - margin.bottom;
    const path = shown.map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${round(x(step))} ${round(y(scale(value)))}`);
    const marked = shown.find(([step]) => step === best);
    return [
      ...ticks(low, high, 3).flatMap((tick) => [
        line(margin.left, y(tick), width - margin.right, y(tick), 'rule'),
        text(margin.left - 8, y(tick) + 4, format(logarithmic ? 10 ** tick : tick), { kind: 'axis', anchor: 'end' }),
      ]),
      line(margin.left, base, width - margin.right, base, 'rule strong'),
      text(margin.left, height - 8, 'step 0', { kind: 'axis' }),
      text(width - margin.right, height - 8, String(steps), { kind: 'axis', anchor: 'end' }),
      svg('path', { class: 'curve', d: path.join('') }),
      marked && svg('circle', { class: 'after', cx: round(x(marked[0])), cy: round(y(scale(marked[1]))), r: 4 }),
    ].filter((node) => node !== undefined);
  };
  const apart = Math.max(1, Math.ceil(shown.length / mostRows));
  return chart({
    label: last ? `${title}: ${format(last[1])} at step ${last[0]} of ${steps}` : `${title}: nothing yet`,
    height,
    draw,
    table: {
      head: ['Step', title],
      rows: shown.filter((_, i) => i % apart === 0 || i === shown.length - 1)
        .map(([step, value]) => [step === best ? `${step} (best)` : String(step), format(value)]),
    },
  });
}
