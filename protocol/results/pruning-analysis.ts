/** What removing channels costs, group by group. `lathe analyze --prune` prints it as JSON. */

import type { MetricFigure } from './run.ts';

/** A group with a share of its channels gone; all other groups are whole. */
export interface PrunedShare {
  /** Asked for. Channels go in steps, so that `removed` is as near as they allow. */
  readonly ratio: number;
  readonly removed: number;
  /** Parameters and multiply-accumulates that go with them, as shares of the whole model's. */
  readonly parametersSaved: number;
  readonly macsSaved: number;
  /** Loss of the metric, and its paired 95 % interval. */
  readonly drop: number | null;
  readonly dropCi: readonly [number, number] | null;
  /** At the outputs; null where they did not change. */
  readonly sqnrDb: number | null;
}

/** Channels that stand at the same places and go together. */
export interface AnalyzedGroup {
  /** The first layer that makes them: what a rule of the recipe matches. */
  readonly name: string;
  /** All layers that make or mix them. */
  readonly layers: readonly string[];
  readonly channels: number;
  /** In the order of the ratios. */
  readonly shares: readonly PrunedShare[];
  /** 1 is the one that bears least. */
  readonly rank: number;
}

export interface PruningAnalysis {
  readonly metric: MetricFigure;
  readonly baseline: number;
  readonly samples: number;
  readonly groups: readonly AnalyzedGroup[];
  readonly notes: readonly string[];
  readonly durationMs: number;
  readonly method: string;
}
