/** Two graphs in step: what is looked at, opened and selected in one is so in the other. */

import type { StructureComparison } from '../../protocol/model.ts';
import type { PageModel } from '../../protocol/page.ts';
import type { Selection, Session } from '../graph/session/session.ts';
import type { Theme } from '../ui/theme.ts';
import type { GraphPane } from './graph-pane.ts';
import { expandedLike } from './expansion.ts';
import { Matching, otherSide, type Side } from './matching.ts';
import type { SavedComparison } from './saved-state.ts';
import { anchorsOf, follow, type Anchors } from './view-sync.ts';

/** What of a graph is seen. */
export type Place = Pick<SavedComparison, 'view' | 'expanded'>;

export class GraphPair {
  matching: Matching | null = null;
  /** Whether the views move together. */
  inStep = true;
  readonly #panes: Readonly<Record<Side, GraphPane>>;
  readonly #onSelect: (side: Side, selection: Selection | null) => void;
  #anchors: Anchors | null = null;
  /** The side that the user moves; the other one follows and never leads by itself. */
  #leader: Side = 'a';

  constructor(
    panes: Readonly<Record<Side, GraphPane>>,
    onSelect: (side: Side, selection: Selection | null) => void,
  ) {
    this.#panes = panes;
    this.#onSelect = onSelect;
    for (const side of ['a', 'b'] as const) {
      for (const kind of ['pointerdown', 'wheel', 'keydown'] as const) {
        panes[side].element.addEventListener(kind, () => this.#lead(side), { capture: true, passive: true });
      }
      const { signals } = panes[side].session;
      signals.on(['view'], () => {
        if (side === this.#leader) this.#followView();
      });
      signals.on(['selection'], () => {
        if (side === this.#leader) this.#followSelection();
      });
      signals.on(['scene'], () => {
        this.#anchors = null;
        if (side === this.#leader) this.#followGroups();
        this.#followView();
      });
    }
  }

  /** @param place what of the first graph is seen, where it was open before; its beginning without it */
  async open(a: PageModel, b: PageModel, structure: StructureComparison, place?: Place): Promise<void> {
    this.matching = null;
    this.#leader = 'a';
    await Promise.all([this.#panes.a.open(a, place?.expanded), this.#panes.b.open(b)]);
    const models = { a: this.#session('a').model, b: this.#session('b').model };
    if (!models.a || !models.b) return;
    this.matching = new Matching(models.a, models.b, structure);
    for (const side of ['a', 'b'] as const) {
      this.#panes[side].composer.status = this.matching.status[side];
      this.#panes[side].draw();
    }
    this.#followGroups();
    const { camera } = this.#session('a');
    if (place) camera.set(place.view);
    else this.#session('a').showStart();
  }

  /** What of the first graph is seen now. */
  get place(): Place {
    const session = this.#session('a');
    return { view: session.camera.destination, expanded: session.expandedPaths() };
  }

  /** The node that is selected in the graph that leads. */
  get selected(): { readonly side: Side; readonly node: string } | null {
    const side = this.#leader;
    const { model, selection } = this.#session(side);
    return model && selection?.kind === 'node' ? { side, node: model.graph.names[selection.node]! } : null;
  }

  /** Selects a node by its name, and its counterpart, without moving the view. */
  select({ side, node: name }: { readonly side: Side; readonly node: string }): void {
    const node = this.#session(side).model?.find(name) ?? -1;
    if (node < 0) return;
    this.#lead(side);
    this.#session(side).select({ kind: 'node', node });
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
    this.#lead(nodes.a >= 0 ? 'a' : 'b');
    await this.#session(this.#leader).reveal(nodes[this.#leader]);
  }

  #session(side: Side): Session {
    return this.#panes[side].session;
  }

  #lead(side: Side): void {
    if (this.#leader === side) return;
    this.#leader = side;
    this.#anchors = null;
  }

  #followView(): void {
    if (!this.inStep || !this.matching) return;
    const [from, to] = [this.#session(this.#leader), this.#session(otherSide[this.#leader])];
    if (!from.scene || !to.scene) return;
    this.#anchors ??= anchorsOf(from.scene, to.scene, this.matching.counterpart[this.#leader]);
    to.camera.set(follow(from.camera.view, from.camera.screen, to.camera.screen, this.#anchors));
  }

  #followSelection(): void {
    const side = this.#leader;
    const { selection } = this.#session(side);
    this.#session(otherSide[side]).select(this.#counterpart(side, selection));
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

  /** Opens the groups around what is seen in the leading graph, and closes those around what is not. */
  #followGroups(): void {
    if (!this.matching) return;
    const side = this.#leader;
    const follower = this.#session(otherSide[side]);
    const wanted = expandedLike(this.matching, side, this.#session(side).expanded, follower.expanded);
    const different = [...wanted.keys()].filter((group) => wanted[group] !== follower.expanded[group]);
    const last = different.pop();
    if (last === undefined) return;
    // All but the last are only noted: one layout serves them all.
    for (const group of different) follower.expanded[group] = wanted[group]!;
    void follower.setGroupExpanded(last, wanted[last] === 1);
  }
}
