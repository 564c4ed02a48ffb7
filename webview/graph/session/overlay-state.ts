/** Which overlays there are, which one is shown, and what follows from it. */

import type { Overlay } from '../../../protocol/graph/overlay.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { aggregateGroups } from '../overlay/aggregate.ts';
import { builtInOverlays, type NodeFigures } from '../overlay/built-in.ts';
import { coverage, figuresOf } from '../overlay/figures.ts';
import { ranking } from '../overlay/ranking.ts';
import { amountThresholds, defaultThresholds } from '../overlay/thresholds.ts';

/** An overlay as it is shown. */
export interface ShownOverlay {
  readonly figures: NodeFigures;
  /** By group: its figure. */
  readonly groups: Float64Array;
  /** By group: the figure that its colour is for. */
  readonly groupColors: Float64Array;
  readonly thresholds: readonly number[];
  /** Nodes from the worst to the best. */
  readonly ranking: () => Int32Array;
  /** How many nodes have a figure. */
  readonly coverage: number;
}

export class OverlayState {
  #model: GraphModel | null = null;
  #builtIn: readonly NodeFigures[] = [];
  #received: readonly Overlay[] = [];
  #imported: readonly Overlay[] = [];
  #choices: readonly NodeFigures[] = [];
  /** Thresholds that the user moved, by overlay. */
  readonly #moved = new Map<string, readonly number[]>();
  /** What was worked out of overlays: going to and fro between them costs nothing. */
  #known = new WeakMap<NodeFigures, ShownOverlay>();
  #currentId: string | null = null;
  #shown: ShownOverlay | null = null;

  /** In the order in which they are offered. */
  get choices(): readonly NodeFigures[] {
    return this.#choices;
  }

  get shown(): ShownOverlay | null {
    return this.#shown;
  }

  /** What was chosen, even while its figures are still to come. */
  get currentId(): string | null {
    return this.#currentId;
  }

  setModel(model: GraphModel): void {
    this.#model = model;
    this.#builtIn = builtInOverlays(model.graph);
    this.#renew();
  }

  receive(overlays: readonly Overlay[]): void {
    this.#received = overlays;
    this.#renew();
  }

  addImported(overlays: readonly Overlay[]): void {
    const ids = new Set(overlays.map(({ id }) => id));
    this.#imported = [...this.#imported.filter(({ id }) => !ids.has(id)), ...overlays];
    this.#renew();
  }

  choose(id: string | null): void {
    this.#currentId = id;
    this.#show();
  }

  /** Of the overlay that is shown. */
  setThresholds(thresholds: readonly number[] | null): void {
    if (this.#currentId === null) return;
    if (thresholds) this.#moved.set(this.#currentId, thresholds);
    else this.#moved.delete(this.#currentId);
    this.#show();
  }

  get thresholdsMoved(): boolean {
    return this.#currentId !== null && this.#moved.has(this.#currentId);
  }

  #renew(): void {
    const model = this.#model;
    if (!model) return;
    const named = [...this.#received, ...this.#imported]
      .map((overlay) => figuresOf(overlay, model.nodeCount, (name) => model.find(name)))
      .filter((figures) => coverage(figures) > 0);
    this.#choices = [...named, ...this.#builtIn];
    this.#show();
  }

  #show(): void {
    const model = this.#model;
    const figures = this.#choices.find(({ id }) => id === this.#currentId);
    if (!model || !figures) {
      this.#shown = null;
      return;
    }
    const known = this.#known.get(figures) ?? shownOverlay(figures, model);
    this.#known.set(figures, known);
    const moved = this.#moved.get(figures.id);
    this.#shown = moved ? { ...known, thresholds: moved } : known;
  }
}

function shownOverlay(figures: NodeFigures, model: GraphModel): ShownOverlay {
  const groups = aggregateGroups(figures.values, model.groups, figures.aggregate);
  return {
    figures,
    groups,
    // A sum of many is larger than every limit: a group is as bad as the worst layer in it.
    groupColors: figures.aggregate === 'sum'
      ? aggregateGroups(figures.values, model.groups, figures.bad === 'low' ? 'min' : 'max')
      : groups,
    thresholds: figures.thresholds ?? limitsFor(figures),
    ranking: ranked(figures),
    coverage: coverage(figures),
  };
}

/** Sorts when first asked: whoever only looks at colours need not wait for it. */
function ranked(figures: NodeFigures): () => Int32Array {
  let sorted: Int32Array | undefined;
  return () => sorted ??= ranking(figures);
}

function limitsFor({ values, bad, aggregate }: NodeFigures): number[] {
  const limits = aggregate === 'sum' ? amountThresholds(values) : [];
  return limits.length > 0 ? limits : defaultThresholds(values, bad);
}
