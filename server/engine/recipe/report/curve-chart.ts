/** A curve over the steps of a training run, as inline SVG. */

import { escapeHtml } from './escape.ts';

export interface CurveChart {
  readonly title: string;
  /** Where the axis ends. */
  readonly steps: number;
  readonly points: readonly (readonly [step: number, value: number])[];
  readonly words: (value: number) => string;
  /** Losses fall by orders of magnitude. */
  readonly logarithmic?: boolean;
  readonly mark?: { readonly step: number; readonly label: string };
}

const width = 460;
const height = 190;
const left = 62;
const right = 12;
const top = 26;
const base = 160;

export function curveChart({ title, steps, points, words, logarithmic = false, mark }: CurveChart): string {
  const finite = points.filter(([, value]) => Number.isFinite(value) && (!logarithmic || value > 0));
  const first = finite[0];
  const last = finite.at(-1);
  if (!first || !last) return '';
  const scale = logarithmic ? Math.log : (value: number): number => value;
  const values = finite.map(([, value]) => scale(value));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (step: number): number => left + (step / Math.max(1, steps)) * (width - left - right);
  const y = (value: number): number => base - ((scale(value) - low) / (high - low || 1)) * (base - top - 8);
  const path = finite.map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${round(x(step))} ${round(y(value))}`).join('');
  const marked = mark && finite.find(([step]) => step === mark.step);
  const label = `${title}: from ${words(first[1])} to ${words(last[1])}`;
  const axis = (value: number): string => text(left - 8, y(value) + 4, words(value), 'axis', 'end');
  const back = logarithmic ? Math.exp : (value: number): number => value;
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">`
    + `<title>${escapeHtml(label)}</title>${text(0, 14, title)}`
    + `<line class="rule" x1="${left}" x2="${width - right}" y1="${base}" y2="${base}"/>`
    + `${axis(back(low))}${high > low ? axis(back(high)) : ''}`
    + `${text(left, height - 10, 'step 0', 'axis')}${text(width - right, height - 10, String(steps), 'axis', 'end')}`
    + `<path class="curve" d="${path}"/>`
    + (marked ? `<circle class="after" cx="${round(x(marked[0]))}" cy="${round(y(marked[1]))}" r="4"/>`
      + text(x(marked[0]) - 8, y(marked[1]) + 18, mark.label, 'axis', 'end') : '')
    + '</svg>';
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
