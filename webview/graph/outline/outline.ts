/**
 * The graph as a tree beside its picture: for screen readers, which see nothing of a canvas, and for whoever likes
 * lists. Only the rows in view are elements. Where it is not pinned it appears when the focus goes into it.
 */

import { element } from '../../ui/dom.ts';
import { plural } from '../../ui/format.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { Session } from '../session/session.ts';
import { severityGlyphs } from '../view/draw-marks.ts';
import { parentRow, rowOf, treeRows, type TreeRow } from './tree-rows.ts';

const rowHeight = 22;
/** Rows made beyond the edges, so that scrolling shows no gaps. */
const beyond = 8;

export class Outline {
  readonly element = element('div', { class: 'outline' });
  readonly #tree = element('div', { 'role': 'tree', 'aria-label': 'Layers of the model', 'class': 'tree' });
  readonly #session: Session;
  #rows: readonly TreeRow[] = [];
  #active = 0;
  /** Rows are those of a scene before. */
  #stale = true;
  #frame = 0;

  constructor(session: Session) {
    this.#session = session;
    this.element.append(this.#tree);
    this.element.addEventListener('scroll', () => this.#drawSoon());
    new ResizeObserver(() => this.#drawSoon()).observe(this.element);
    this.#tree.addEventListener('keydown', (event) => this.#key(event));
    this.#tree.addEventListener('click', (event) => this.#click(event));
    // The picture comes first: the rows of an open model of 20,000 layers take longer to list than a frame lasts.
    session.signals.on(['scene'], () => {
      this.#stale = true;
      requestIdleCallback(() => this.#renew());
    });
    session.signals.on(['selection'], () => this.#follow());
    session.signals.on(['overlay', 'overlays', 'problems'], () => this.#drawSoon());
  }

  get pinned(): boolean {
    return this.element.classList.contains('pinned');
  }

  set pinned(pinned: boolean) {
    this.element.classList.toggle('pinned', pinned);
    this.#drawSoon();
  }

  focus(): void {
    this.#renew();
    this.#draw();
    this.#elementOf(this.#active)?.focus();
  }

  #renew(): void {
    const { model } = this.#session;
    if (!model || !this.#stale) return;
    this.#stale = false;
    this.#rows = treeRows(model.groups, this.#session.expanded);
    this.#tree.style.height = `${this.#rows.length * rowHeight}px`;
    this.#active = Math.min(this.#active, Math.max(0, this.#rows.length - 1));
    this.#follow();
  }

  /** What is selected in the graph is the active row. */
  #follow(): void {
    if (this.#stale) return;
    const { model, selection } = this.#session;
    const row = model && selection ? rowOf(this.#rows, selection, model.groups, model.graph.group) : -1;
    if (row >= 0) this.#activate(row);
    else this.#drawSoon();
  }

  #activate(row: number): void {
    const focused = this.#tree.contains(document.activeElement);
    this.#active = row;
    const [top, { scrollTop, clientHeight }] = [row * rowHeight, this.element];
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.element.scrollTop = top + rowHeight - clientHeight;
    this.#draw();
    if (focused) this.#elementOf(row)?.focus({ preventScroll: true });
  }

  #elementOf(row: number): HTMLElement | null {
    return this.#tree.querySelector(`[data-row="${row}"]`);
  }

  #drawSoon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const focused = this.#tree.contains(document.activeElement);
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - beyond);
    const last = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + beyond);
    const shown = new Set<number>();
    for (let row = first; row < last; row++) shown.add(row);
    // The active row is there even when it is scrolled away: it holds the focus.
    if (this.#active < this.#rows.length) shown.add(this.#active);
    this.#tree.replaceChildren(...[...shown].sort((a, b) => a - b).map((row) => this.#rowElement(row)));
    if (focused) this.#elementOf(this.#active)?.focus({ preventScroll: true });
  }

  #rowElement(row: number): HTMLElement {
    const { of, level, position, siblings, expanded } = this.#rows[row]!;
    const active = row === this.#active;
    const made = element('div', {
      'role': 'treeitem', 'class': 'tree-row', 'data-row': row, 'tabindex': active ? 0 : -1,
      'aria-level': level, 'aria-posinset': position, 'aria-setsize': siblings, 'aria-expanded': expanded?.toString(),
      'aria-selected': active ? 'true' : 'false',
    }, this.#words(of, expanded));
    made.style.top = `${row * rowHeight}px`;
    made.style.setProperty('--level', String(level));
    return made;
  }

  #words(of: TreeRow['of'], expanded: boolean | undefined): Node[] {
    const { model, overlays: { shown }, problems } = this.#session;
    if (!model) return [];
    const { graph } = model;
    const node = of.kind === 'node' ? of.node : -1;
    const severity = of.kind === 'node' ? problems.worstOfNode(of.node) : problems.worstOfGroup(of.group);
    const figure = shown ? (of.kind === 'node' ? shown.figures.values[of.node]! : shown.groups[of.group]!) : NaN;
    const name = of.kind === 'node' ? graph.names[node]! : graph.groupNames[of.group]!;
    const twistie = expanded === undefined ? '' : expanded ? '⌄' : '›';
    return [
      element('span', { 'class': 'twistie', 'aria-hidden': 'true' }, twistie),
      element('span', { class: 'tree-op' }, of.kind === 'node' ? model.opType(node) : name),
      element('span', { class: 'tree-name', title: name },
        of.kind === 'node' ? name : plural(model.groups.size[of.group]!, 'node')),
      severity && element('span', { 'class': `tree-severity ${severity}`, 'role': 'img', 'aria-label': severity },
        severityGlyphs[severity]),
      shown && !Number.isNaN(figure)
        && element('span', { class: 'tree-figure' }, figureText(figure, shown.figures.unit)),
    ].filter((part) => part instanceof Node);
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target.closest('[data-row]') : null;
    const row = Number(target?.getAttribute('data-row') ?? -1);
    if (!target || row < 0) return;
    const twistie = event.target instanceof Element && event.target.classList.contains('twistie');
    if (twistie) this.#toggle(row, !this.#rows[row]!.expanded);
    this.#choose(row);
    this.#elementOf(row)?.focus({ preventScroll: true });
  }

  #choose(row: number): void {
    if (row >= this.#rows.length) return;
    this.#activate(row);
    this.#session.select(this.#rows[row]!.of, { bringIntoView: true });
  }

  #toggle(row: number, open: boolean): void {
    const { of } = this.#rows[row]!;
    if (of.kind === 'group') void this.#session.setGroupExpanded(of.group, open);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#rows.length === 0) return;
    const row = this.#rows[this.#active]!;
    const page = Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 1);
    const target = {
      ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: this.#rows.length - 1,
      PageDown: this.#active + page, PageUp: this.#active - page,
    }[event.key];
    if (target !== undefined) this.#choose(Math.min(this.#rows.length - 1, Math.max(0, target)));
    else if (event.key === 'ArrowRight' && row.expanded === false) this.#toggle(this.#active, true);
    else if (event.key === 'ArrowRight' && row.expanded) this.#choose(this.#active + 1);
    else if (event.key === 'ArrowLeft' && row.expanded) this.#toggle(this.#active, false);
    else if (event.key === 'ArrowLeft') this.#choose(Math.max(0, parentRow(this.#rows, this.#active)));
    else if (event.key === 'Enter' || event.key === ' ') this.#open(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #open({ of, expanded }: TreeRow): void {
    if (of.kind === 'group') this.#toggle(this.#active, !expanded);
    else this.#session.select(of, { bringIntoView: true });
  }
}
