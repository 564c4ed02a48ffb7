/** A data grid that sorts, filters and shows long lists in portions. */

import { button, dataGrid, gridCell, gridRow, textField } from './controls.ts';
import { append, element, fill, type Child } from './dom.ts';
import { plural } from './format.ts';

export interface GridColumn<Row> {
  readonly title: string;
  /** What the header means, shown when the pointer rests on it. */
  readonly hint?: string;
  /** Sorts by it, undefined and null last; without it the column does not sort. */
  readonly value?: (row: Row) => number | string | null | undefined;
  readonly content: (row: Row) => Child;
  /** Figures stand at the right. */
  readonly numeric?: boolean;
  /** The column that takes what space is left. */
  readonly wide?: boolean;
  /** Names of things in code. */
  readonly code?: boolean;
}

export interface GridOptions<Row> {
  readonly label: string;
  /** The first column names the row. */
  readonly columns: readonly GridColumn<Row>[];
  readonly rows: readonly Row[];
  /** "layer"; "layers". */
  readonly noun: readonly [one: string, many: string];
  /** What a filter is compared with; without it there is no field for a filter. */
  readonly filterText?: (row: Row) => string;
  /** Click or Enter on a row. */
  readonly onOpen?: (row: Row) => void;
  readonly openHint?: string;
  /** Beside the field for the filter. */
  readonly tools?: Child;
}

/** More rows at once take a page longer than a blink to build. */
const portion = 200;
/** Fewer rows than this are seen at a glance. */
const worthFiltering = 8;

interface Order {
  readonly column: number;
  readonly descending: boolean;
}

export class Grid<Row> {
  readonly element: HTMLElement;
  private readonly options: GridOptions<Row>;
  private readonly grid: HTMLElement;
  private readonly status: HTMLElement;
  private readonly footer: HTMLElement;
  private readonly headers: readonly HTMLElement[];
  private rows: readonly Row[];
  private order: Order | undefined;
  private filter = '';
  private shown = portion;
  private accepts: ((row: Row) => boolean) | undefined;

  constructor(options: GridOptions<Row>) {
    this.options = options;
    this.rows = options.rows;
    this.headers = options.columns.map((column, i) => this.header(column, i));
    this.grid = dataGrid(options.label);
    this.grid.classList.add('grid');
    this.grid.style.setProperty('--columns', options.columns.map(widthOf).join(' '));
    this.status = element('span', { class: 'grid-status', role: 'status' });
    this.footer = element('div', { class: 'grid-footer' });
    this.element = element('div', { class: 'grid-area' });
    const { filterText, noun: [, many], tools } = options;
    if (tools != null || (filterText && options.rows.length > worthFiltering)) {
      append(this.element, [element('div', { class: 'grid-bar' },
        filterText && textField(`Filter ${many}`, (text) => this.setFilter(text), { placeholder: `Filter ${many}` }),
        tools, this.status)]);
    }
    append(this.element, [element('div', { class: 'grid-scroll' }, this.grid), this.footer]);
    this.grid.addEventListener('keydown', (event) => this.onKey(event));
    this.render();
  }

  setRows(rows: readonly Row[]): void {
    this.rows = rows;
    this.render();
  }

  /** Shows only rows that `accepts` likes, besides the filter; all without it. */
  setAccepted(accepts: ((row: Row) => boolean) | undefined): void {
    this.accepts = accepts;
    this.shown = portion;
    this.render();
  }

  sortBy(column: number, descending: boolean): void {
    this.order = { column, descending };
    this.render();
  }

  private setFilter(text: string): void {
    this.filter = text.trim().toLowerCase();
    this.shown = portion;
    this.render();
  }

  private header(column: GridColumn<Row>, i: number): HTMLElement {
    const arrow = column.value && element('span', { 'class': 'sort', 'aria-hidden': 'true' });
    const title = element('span', {}, column.title);
    // The arrow never stands between a title and the edge that its figures keep to.
    const cell = gridCell('columnheader', i, column.numeric ? [arrow, ' ', title] : [title, ' ', arrow]);
    cell.classList.toggle('numeric', column.numeric ?? false);
    if (column.hint !== undefined) cell.title = column.hint;
    if (column.value) {
      cell.classList.add('sortable');
      cell.setAttribute('aria-sort', 'none');
      cell.addEventListener('click', () => this.toggleOrder(i));
    }
    return cell;
  }

  /** Figures begin with the largest, words with the first of the alphabet; the third time is the order of before. */
  private toggleOrder(column: number): void {
    const first = this.options.columns[column]?.numeric ?? false;
    if (this.order?.column !== column) this.order = { column, descending: first };
    else this.order = this.order.descending === first ? { column, descending: !first } : undefined;
    this.render();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    // A button in a cell has its own use for the key.
    if (target?.localName !== 'vscode-data-grid-cell') return;
    target.click();
    event.preventDefault();
  }

  private visible(): Row[] {
    const { filterText, columns } = this.options;
    const rows = this.rows.filter((row) => (this.accepts?.(row) ?? true)
      && (this.filter === '' || (filterText?.(row).toLowerCase().includes(this.filter) ?? true)));
    const value = this.order && columns[this.order.column]?.value;
    if (!value || !this.order) return rows;
    const sign = this.order.descending ? -1 : 1;
    return rows.sort((a, b) => compare(value(a), value(b), sign));
  }

  private render(): void {
    const { noun: [one, many] } = this.options;
    const rows = this.visible();
    const now = rows.slice(0, this.shown);
    this.headers.forEach((header, i) => {
      if (!this.options.columns[i]?.value) return;
      const sorted = this.order?.column === i;
      const descending = sorted ? this.order?.descending ?? false : this.options.columns[i].numeric ?? false;
      header.setAttribute('aria-sort', !sorted ? 'none' : descending ? 'descending' : 'ascending');
      const arrow = header.querySelector('.sort');
      if (arrow) arrow.textContent = descending ? '▼' : '▲';
    });
    // The header stays in place: replacing it would take the focus from whoever sorts by keyboard.
    const header = this.grid.firstElementChild ?? this.grid.appendChild(gridRow('header', this.headers));
    while (header.nextSibling) header.nextSibling.remove();
    append(this.grid, [now.map((row) => this.row(row))]);
    const all = this.rows.length;
    const total = plural(all, one, many);
    this.status.textContent = rows.length === all ? total : `${rows.length} of ${total}`;
    const rest = rows.length - now.length;
    fill(this.footer,
      rows.length === 0 && element('p', { class: 'hint' }, all === 0 ? `No ${many}.` : `No ${many} match.`),
      rest > 0 && button(`Show ${Math.min(rest, portion)} more of ${rest}`, () => {
        this.shown += portion;
        this.render();
      }));
  }

  private row(row: Row): HTMLElement {
    const { columns, onOpen, openHint } = this.options;
    const made = gridRow('default', columns.map((column, i) => {
      const cell = gridCell(i === 0 ? 'rowheader' : 'default', i, column.content(row));
      cell.classList.toggle('numeric', column.numeric ?? false);
      cell.classList.toggle('code', column.code ?? false);
      return cell;
    }));
    if (onOpen) {
      made.classList.add('opens');
      if (openHint !== undefined) made.title = openHint;
      made.addEventListener('click', (event) => {
        // Buttons in cells speak for themselves, and text that is being selected is no click.
        const inControl = event.target instanceof Element && event.target.closest('vscode-button, vscode-link');
        if (inControl === null && (getSelection()?.isCollapsed ?? true)) onOpen(row);
      });
    }
    return made;
  }
}

function widthOf<Row>({ wide = false, code = false }: GridColumn<Row>): string {
  if (wide) return 'minmax(180px, 1fr)';
  return code ? 'minmax(120px, max-content)' : 'max-content';
}

function compare(a: number | string | null | undefined, b: number | string | null | undefined, sign: number): number {
  const lacksA = a == null || Number.isNaN(a);
  const lacksB = b == null || Number.isNaN(b);
  if (lacksA || lacksB) return Number(lacksA) - Number(lacksB);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
  return String(a).localeCompare(String(b), 'en', { numeric: true }) * sign;
}
