/** The compare page: two graphs in step above, what changed below. */

import type { Failure } from '../../protocol/failure.ts';
import type { ComparePageEvent, GraphPageEvent } from '../../protocol/page.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import type { Selection } from '../graph/session/session.ts';
import { classSection, sampleSection } from '../ui/change-sections.ts';
import { button, checkbox, panels, progressRing, shownPanel, showPanel, type Panels } from '../ui/controls.ts';
import { append, element, fill, svg, type Child } from '../ui/dom.ts';
import { layerGrid } from '../ui/layer-grid.ts';
import type { PageLink } from '../ui/page.ts';
import { cards, notice } from '../ui/parts.ts';
import { watchTheme } from '../ui/theme.ts';
import { differenceGrid } from './difference-grid.ts';
import { GraphPair } from './graph-pair.ts';
import { GraphPane } from './graph-pane.ts';
import type { Matching, Side } from './matching.ts';
import { PairDetails } from './pair-details.ts';
import { isSavedComparison, type SavedComparison } from './saved-state.ts';
import { statuses, statusHints } from './status.ts';
import { comparisonCards, figuresPanel } from './summary.ts';

const keepDelayMs = 250;

export class ComparePage {
  readonly #panes: Readonly<Record<Side, GraphPane>>;
  readonly #pair: GraphPair;
  readonly #details: PairDetails;
  readonly #cards = element('div');
  readonly #legend = element('ul', { 'class': 'legend', 'aria-label': 'What became of the layers' });
  readonly #position = element('span', { class: 'hint', role: 'status' });
  readonly #notices = element('div');
  readonly #graphs: HTMLElement;
  readonly #lists: Readonly<Record<'differences' | 'figures' | 'layers' | 'changes', HTMLElement>> = {
    differences: element('div', {}, progressRing('Comparing the structures')),
    figures: element('div'),
    layers: element('div'),
    changes: element('div'),
  };
  readonly #tabs: Panels;
  #matching: Matching | null = null;
  #comparison: Comparison | null = null;
  /** Index of the difference that was walked to last. */
  #current = -1;
  readonly #link: PageLink<ComparePageEvent>;
  #saved: SavedComparison | undefined;
  #run: string | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(link: PageLink<ComparePageEvent>, workerUrl: string) {
    this.#link = link;
    this.#saved = link.state(isSavedComparison);
    this.#run = this.#saved?.run;
    // The graphs ask and tell; what the host says comes through this page.
    const graphLink: PageLink<GraphPageEvent> = { ...link, onEvent: () => undefined };
    this.#panes = { a: new GraphPane(graphLink, workerUrl, 'first'), b: new GraphPane(graphLink, workerUrl, 'second') };
    this.#pair = new GraphPair(this.#panes, (side, selection) => this.#selected(side, selection));
    this.#details = new PairDetails(link);
    this.#graphs = element('div', { class: 'graphs' }, this.#panes.a.element, this.#panes.b.element);
    this.#tabs = panels('What changed', [
      { title: 'Differences', content: this.#lists.differences },
      { title: 'Selected layer', content: this.#details.element },
      { title: 'Figures', content: this.#lists.figures },
      { title: 'Layers', content: this.#lists.layers },
      { title: 'Classes and samples', content: this.#lists.changes },
    ]);
    append(document.body, [element('main', { class: 'compare' },
      element('h1', { class: 'unseen' }, 'Comparison of two models'),
      this.#notices, this.#cards, this.#toolbar(), this.#graphs, element('div', { class: 'below' }, this.#tabs))]);
    this.#pair.inStep = this.#saved?.inStep ?? true;
    showPanel(this.#tabs, this.#saved?.tab ?? 0);
    this.#tabs.addEventListener('change', () => this.#keepSoon());
    this.#panes.a.session.signals.on(['view', 'scene', 'selection'], () => this.#keepSoon());
    this.#panes.b.session.signals.on(['selection'], () => this.#keepSoon());
    this.#waitForFigures(null);
    watchTheme((theme) => this.#pair.setTheme(theme));
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  async receive(event: ComparePageEvent): Promise<void> {
    switch (event.type) {
      case 'models':
        await this.#open(event);
        break;
      case 'comparison':
        this.#run = event.record.id;
        this.#keepSoon();
        this.#showComparison(event.record, event.comparison);
        break;
      case 'failed':
        this.#fail(event.failure);
        break;
    }
  }

  async #open({ a, b, structure }: ComparePageEvent & { readonly type: 'models' }): Promise<void> {
    const before = this.#matching?.models;
    const isSame = (of: { readonly a: string; readonly b: string }): boolean => of.a === a.uri && of.b === b.uri;
    // A page that comes back is where it was; so is one whose models were written anew.
    const again = before && isSame({ a: before.a.uri, b: before.b.uri });
    const saved = this.#saved && isSame(this.#saved) ? this.#saved : undefined;
    this.#saved = undefined;
    const selected = again ? this.#pair.selected : saved?.selected;
    await this.#pair.open(a, b, structure, again ? this.#pair.place : saved);
    this.#matching = this.#pair.matching;
    this.#current = -1;
    this.#showDifferences();
    if (selected) this.#pair.select(selected);
  }

  #keepSoon(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => this.#keep(), keepDelayMs);
  }

  #keep(): void {
    if (!this.#matching) return;
    const { a, b } = this.#matching.models;
    const state: SavedComparison = {
      a: a.uri,
      b: b.uri,
      ...(this.#run !== undefined && { run: this.#run }),
      ...this.#pair.place,
      selected: this.#pair.selected,
      tab: shownPanel(this.#tabs),
      inStep: this.#pair.inStep,
    };
    this.#link.keep(state);
  }

  #toolbar(): HTMLElement {
    return element('div', { 'class': 'toolbar', 'role': 'toolbar', 'aria-label': 'Differences' },
      button('Previous Difference', () => void this.#walk(-1), { title: 'Previous difference (p)' }),
      button('Next Difference', () => void this.#walk(1), { title: 'Next difference (n)' }),
      this.#position, this.#legend, element('span', { class: 'space' }),
      checkbox('In step', this.#saved?.inStep ?? true, (inStep) => {
        this.#pair.inStep = inStep;
        this.#keepSoon();
      }),
      button('Fit', () => this.#pair.fit(), { title: 'Show both graphs whole' }));
  }

  #key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== 'n' && event.key !== 'p') return;
    event.preventDefault();
    void this.#walk(event.key === 'n' ? 1 : -1);
  }

  async #walk(step: 1 | -1): Promise<void> {
    const count = this.#matching?.differences.length ?? 0;
    if (count === 0) return;
    const from = this.#current < 0 && step < 0 ? 0 : this.#current;
    await this.#goTo((from + step + count) % count);
  }

  async #goTo(index: number): Promise<void> {
    const difference = this.#matching?.differences[index];
    if (!difference) return;
    this.#current = index;
    await this.#pair.reveal(difference);
  }

  #selected(side: Side, selection: Selection | null): void {
    const matching = this.#matching;
    if (!matching || selection?.kind !== 'node') {
      this.#details.show(null, null, undefined);
      return;
    }
    const { node } = selection;
    const counterpart = matching.counterpart[side][node] ?? -1;
    const nodes = side === 'a' ? { a: node, b: counterpart } : { a: counterpart, b: node };
    const name = nodes.a >= 0 ? matching.models.a.graph.names[nodes.a] : undefined;
    this.#details.show(matching, nodes, this.#comparison?.layers.find((layer) => layer.name === name));
    const found = matching.find(side, node);
    if (found >= 0) this.#current = found;
    this.#position.textContent = found < 0
      ? 'the same in both'
      : `${matching.differences[found]!.status}, ${found + 1} of ${matching.differences.length}`;
  }

  #showDifferences(): void {
    const matching = this.#matching;
    if (!matching) return;
    fill(this.#legend, statuses.map((status) => {
      const count = matching.count(status);
      return count > 0 && element('li', { class: `status ${status}`, title: statusHints[status] },
        svg('svg', { 'width': 12, 'height': 12, 'aria-hidden': 'true' },
          svg('rect', { x: 1, y: 1, width: 10, height: 10, rx: 2 })), `${count} ${status}`);
    }));
    const count = matching.differences.length;
    this.#position.textContent = count === 0 ? 'No layer differs.' : '';
    fill(this.#lists.differences, differenceGrid(matching, (difference) => {
      void this.#goTo(matching.differences.indexOf(difference));
    }));
  }

  #showComparison(record: RunRecord, comparison: Comparison | null): void {
    this.#comparison = comparison;
    if (!comparison) {
      this.#waitForFigures(record);
      return;
    }
    fill(this.#cards, cards(comparisonCards(comparison)));
    fill(this.#lists.figures, figuresPanel(comparison));
    fill(this.#lists.layers, layerGrid({
      layers: comparison.layers,
      onOpen: ({ name }) => void this.#revealByName(name),
      openHint: 'Show this layer in both graphs',
    }).element);
    const { metric } = comparison;
    fill(this.#lists.changes, metric && classSection(comparison.classes, metric.name), sampleSection(comparison));
  }

  async #revealByName(name: string): Promise<void> {
    const node = this.#matching?.models.a.find(name) ?? -1;
    if (!this.#matching || node < 0) return;
    await this.#pair.reveal({ a: node, b: this.#matching.counterpart.a[node] ?? -1 });
  }

  #waitForFigures(record: RunRecord | null): void {
    const { phase, done = 0, total = 0 } = record?.progress ?? {};
    const words = phase === undefined
      ? 'Size, latency and metric are being measured'
      : phase + (total > 0 ? `, ${done} of ${total}` : '');
    const waiting = (): Child => [element('div', { class: 'row waiting' }, progressRing('Measuring'), words)];
    for (const list of [this.#lists.figures, this.#lists.layers, this.#lists.changes]) fill(list, waiting());
  }

  #fail({ message, fix }: Failure): void {
    fill(this.#notices, notice('bad', message, fix !== undefined && element('p', {}, fix)));
    for (const list of Object.values(this.#lists)) {
      if (list.querySelector('vscode-progress-ring')) fill(list, element('p', { class: 'hint' }, 'Not available.'));
    }
    if (!this.#matching) this.#graphs.hidden = true;
  }
}
