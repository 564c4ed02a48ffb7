/** What all charts share: drawn at the width they have, named for screen readers, with their figures as a table. */

import { append, element, fill, svg } from '../dom.ts';

export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartOptions {
  /** What the picture shows, in a sentence, with the figures that matter most. */
  readonly label: string;
  readonly height: number;
  /** What is drawn in `width` x `height` CSS pixels, in SVG; called again whenever the width changes. */
  readonly draw: (width: number) => readonly Node[];
  /** The same figures in words, below the picture on demand. */
  readonly table?: ChartTable;
  /** Over the picture. */
  readonly legend?: readonly LegendEntry[];
  /** Under the picture: where the figures come from, what was left out. */
  readonly note?: string | undefined;
}

export interface LegendEntry {
  /** Class of what is drawn so: 'before', 'after', …. */
  readonly kind: string;
  readonly label: string;
}

/** Narrower than this nothing can be read. */
const leastWidth = 200;

export function chart({ label, height, draw, table, legend, note }: ChartOptions): HTMLElement {
  const picture = svg('svg', { 'role': 'img', 'aria-label': label, height, 'class': 'chart' });
  const figure = element('figure', { class: 'chart-figure' },
    legend && legendOf(legend),
    element('div', { class: 'chart-frame' }, picture),
    (note ?? table) !== undefined && element('figcaption', {}, note, table && tableOf(table, label)));
  let drawn = 0;
  const redraw = (wanted: number): void => {
    const width = Math.max(leastWidth, Math.floor(wanted));
    if (width === drawn) return;
    drawn = width;
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.setAttribute('width', String(width));
    fill(picture, ...draw(width));
  };
  new ResizeObserver(([entry]) => {
    if (entry) redraw(entry.contentRect.width);
  }).observe(picture.parentElement ?? figure);
  return figure;
}

function legendOf(entries: readonly LegendEntry[]): HTMLElement {
  return element('div', { class: 'chart-legend' }, entries.map(({ kind, label }) =>
    element('span', {}, svg('svg', { 'width': 12, 'height': 12, 'aria-hidden': 'true' },
      svg('rect', { class: kind, x: 1, y: 1, width: 10, height: 10, rx: 2 })), label)));
}

function tableOf({ head, rows }: ChartTable, label: string): HTMLElement {
  const details = element('details', {}, element('summary', {}, 'Figures as a table'));
  // Made when it is wanted: a histogram of each tensor would add thousands of cells that nobody reads.
  details.addEventListener('toggle', () => {
    if (details.children.length > 1) return;
    append(details, [element('table', { 'class': 'plain', 'aria-label': label },
      element('thead', {}, element('tr', {}, head.map((title, i) => element('th', {
        scope: 'col', class: i > 0 && 'numeric',
      }, title)))),
      element('tbody', {}, rows.map((cells) => element('tr', {}, cells.map((cell, i) =>
        (i === 0 ? element('th', { scope: 'row' }, cell) : element('td', { class: 'numeric' }, cell)))))))]);
  });
  return details;
}

/** Text in a chart; `anchor` says which of its points is at x. */
export function text(
  x: number,
  y: number,
  words: string,
  { kind = '', anchor = 'start' }: { kind?: string; anchor?: 'start' | 'middle' | 'end' } = {},
): SVGTextElement {
  return svg('text', { x: round(x), y: round(y), 'class': kind, 'text-anchor': anchor }, words);
}

/** A rectangle with a text that shows when the pointer rests on it. */
export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  kind: string,
  title?: string,
): SVGRectElement {
  return svg('rect', {
    x: round(x), y: round(y), width: round(Math.max(0, width)), height: round(Math.max(0, height)), class: kind,
  }, title !== undefined && svg('title', {}, title));
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): SVGLineElement {
  return svg('line', { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), class: kind });
}

/** SVG wants no more digits than a screen has. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

