/** The pieces that pages are put together from. */

import { element, uniqueId, type Child } from './dom.ts';

export interface HeadOptions {
  readonly title: string;
  /** Under the title: what it is, when, on what. */
  readonly subtitle: readonly string[];
  readonly actions?: readonly HTMLElement[];
}

export function pageHead({ title, subtitle, actions = [] }: HeadOptions): HTMLElement {
  return element('header', { class: 'page-head' },
    element('h1', {}, title),
    element('p', { class: 'hint' }, subtitle.filter((part) => part !== '').join(' · ')),
    actions.length > 0 && element('div', { class: 'row page-actions' }, actions));
}

export interface Card {
  readonly large: string;
  readonly small: string;
}

export function cards(shown: readonly Card[]): HTMLElement {
  return element('div', { class: 'cards' }, shown.map(({ large, small }) => element('div', { class: 'card' },
    element('strong', {}, large), element('span', {}, small))));
}

export type NoticeKind = 'good' | 'bad' | 'warning' | 'info';

/** The sign is not only a colour. */
const signs: Readonly<Record<NoticeKind, string>> = { good: '✓', bad: '✗', warning: '!', info: 'i' };

/** A sentence that must not be missed, and what follows from it. */
export function notice(kind: NoticeKind, sentence: string, ...more: readonly Child[]): HTMLElement {
  return element('div', { class: `notice notice-${kind}` },
    element('span', { 'class': 'notice-sign', 'aria-hidden': 'true' }, signs[kind]),
    element('div', {}, element('p', { class: 'notice-sentence' }, sentence), more));
}

export function section(title: string, ...content: readonly Child[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), content);
}

export type Fact = readonly [name: string, value: Child];

/** Names and values in two columns; facts without a value are left out. */
export function facts(shown: readonly Fact[]): HTMLElement {
  const known = shown.filter(([, value]) => value != null && value !== '' && value !== false);
  return element('dl', { class: 'facts' },
    known.map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

export interface PlainColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A small table; the first cell of a row names it. */
export function plainTable(
  caption: string,
  columns: readonly PlainColumn[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const kind = (i: number): string | false => (columns[i]?.numeric ?? false) && 'numeric';
  const id = uniqueId('caption');
  // A caption element would be no wider than its table.
  return element('div', { class: 'plain-table' }, element('p', { id, class: 'hint' }, caption),
    element('table', { 'class': 'plain', 'aria-labelledby': id },
    element('thead', {}, element('tr', {}, columns.map(({ title }, i) => (
      title === '' ? element('td') : element('th', { scope: 'col', class: kind(i) }, title)
    )))),
    element('tbody', {}, rows.map((cells) => element('tr', {}, cells.map((cell, i) => (
      i === 0 ? element('th', { scope: 'row' }, cell) : element('td', { class: kind(i) }, cell)
    )))))));
}
