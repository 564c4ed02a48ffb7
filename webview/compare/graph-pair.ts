/** Two graphs in step: what is looked at, opened and selected in one is so in the other. */

import type { StructureComparison } from '../../protocol/model.ts';
import type { PageModel } from '../../protocol/page.ts';
import type { Selection, Session } from '../graph/session/session.ts';
import type { Theme } from '../ui/theme.ts';
import type { GraphPane } from './graph-pane.ts';
import { Matching, otherSide, type Side } from './matching.ts';
import { anchorsOf, follow, type Anchors } from './view-sync.ts';

export class GraphPair {
  matching: Matching | null = null;
  /** Whether the views move together. */
  inStep = true;
  readonly #panes: Readonly<Record<Side, GraphPane>>;
  readonly #onSelect: (side: Side, selection: Selection | null) => void;
  #anchors: Partial<Record<Side, Anchors>> = {};
  /** Set while one side is changed for the other's sake. */
  #following = false;

  constructor(
    panes: Readonly<Record<Side, GraphPane>>,
    onSelect: (side: Side, selection: Selection | null) => void,
  ) {
    this.#panes = panes;
    this.#onSelect = onSelect;
    for (const side of ['a', 'b'] as const) {
      const { signals } = panes[side].session;
      signals.on(['view'], () => this.#followView(side));
      signals.on(['selection'], () => this.#followSelection(side));
      signals.on(['scene'], () => {
        this.#anchors = {};
        this.#followGroups(side);
      });
    }
  }

  async open(a: PageModel, b: PageModel, structure: StructureComparison): Promise<void> {
    this.matching = null;
    await this.#panes.a.open(a);
    const first = this.#session('a');
    await this.#panes.b.open(b, first.expandedPaths());
    const models = { a: first.model, b: this.#session('b').model };
    if (!models.a || !models.b) return;
    this.matching = new Matching(models.a, models.b, structure);
    for (const side of ['a', 'b'] as const) {
      this.#panes[side].composer.status = this.matching.status[side];
      this.#panes[side].draw();
    }
    first.showStart();
  }

  setTheme(theme: Theme): void {
    this.#panes.a.setTheme(theme);
    this.#panes.b.setTheme(theme);
  }

  fit(): void {
    const { inStep } = this;
    // Each as a whole: at one scale for both the larger one would not fit.
    this.inStep = false;
    this.#session('a').fitAll();
    this.#session('b').fitAll();
    this.inStep = inStep;
  }

  /** Selects a node and its counterpart and brings both into view. */
  async reveal(nodes: Readonly<Record<Side, number>>): Promise<void> {
    const first: Side = nodes.a >= 0 ? 'a' : 'b';
    const second = otherSide[first];
    await this.#session(first).reveal(nodes[first]);
    if (nodes[second] >= 0) await this.#quietly(() => this.#session(second).reveal(nodes[second]));
    this.#followView(first);
    this.#onSelect(first, this.#session(first).selection);
  }

  #session(side: Side): Session {
    return this.#panes[side].session;
  }

  async #quietly(change: () => unknown): Promise<void> {
    this.#following = true;
    try {
      await change();
    } finally {
      this.#following = false;
    }
  }

  #followView(side: Side): void {
    if (this.#following || !this.inStep || !this.matching) return;
    const [from, to] = [this.#session(side), this.#session(otherSide[side])];
    if (!from.scene || !to.scene) return;
    const anchors = this.#anchors[side] ??= anchorsOf(from.scene, to.scene, this.matching.counterpart[side]);
    void this.#quietly(() => to.camera.set(follow(from.camera.view, from.camera.screen, to.camera.screen, anchors)));
  }

  #followSelection(side: Side): void {
    if (this.#following || !this.matching) return;
    const { selection } = this.#session(side);
    const other = this.#session(otherSide[side]);
    void this.#quietly(() => other.select(this.#counterpart(side, selection)));
    this.#onSelect(side, selection);
  }

  #counterpart(side: Side, selection: Selection | null): Selection | null {
    const { matching } = this;
    if (!matching || !selection) return null;
    if (selection.kind === 'node') {
      const node = matching.counterpart[side][selection.node] ?? -1;
      return node < 0 ? null : { kind: 'node', node };
    }
    const path = matching.models[side].groups.paths[selection.group];
    const group = path === undefined ? -1 : matching.models[otherSide[side]].groups.find(path);
    return group < 0 ? null : { kind: 'group', group };
  }

  /** Opens and closes groups of the same name in the other graph. */
  #followGroups(side: Side): void {
    if (this.#following || !this.matching) return;
    const [from, to] = [this.#session(side), this.#session(otherSide[side])];
    const groups = this.matching.models[otherSide[side]].groups;
    const open = new Set(from.expandedPaths());
    const known = this.matching.models[side].groups;
    const different = groups.paths.flatMap((path, group) => (
      known.find(path) >= 0 && open.has(path) !== (to.expanded[group] === 1) ? [group] : []
    ));
    const last = different.pop();
    if (last === undefined) return;
    // All but the last are only noted: one layout serves them all.
    for (const group of different) to.expanded[group] = Number(!to.expanded[group]);
    void this.#quietly(() => to.setGroupExpanded(last, to.expanded[last] !== 1)).then(() => this.#followView(side));
  }
}
