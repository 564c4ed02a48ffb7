/** What the wizard asks: targets, data that lie around, and the recipe that suits. */

import type { DataChoice } from './runs.ts';
import { request } from './token.ts';

export interface TargetChoice {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The machine that Lathe runs on. */
  readonly here: boolean;
}

export const listTargets = request<Record<string, never>, readonly TargetChoice[]>('lathe/targets');

export interface FindDataParams {
  readonly model: string;
  /** File system paths of the workspace's folders. */
  readonly folders: readonly string[];
}

export interface FoundData {
  readonly choice: DataChoice;
  /** "pictures/evaluation". */
  readonly title: string;
  /** "300 pictures in 10 classes". */
  readonly description: string;
}

/** Data sets near the model and in the workspace, the likeliest first; `random` is not among them. */
export const findData = request<FindDataParams, readonly FoundData[]>('lathe/data/find');

/** The techniques that a user can ask for by name; without one the advisor chooses. */
export type Technique = 'quantize' | 'prune' | 'distill';

export interface AdviceParams {
  readonly model: string;
  readonly target: string;
  readonly prefer: 'size' | 'latency' | 'both';
  /** Absolute; without it what is usual for the metric. */
  readonly maxDrop?: number;
  /** Absent for "no data". */
  readonly data?: DataChoice;
  readonly technique?: Technique;
}

export interface RecipeAdvice {
  /** Path of the recipe to write. */
  readonly recipe: string;
  readonly text: string;
  readonly reasons: readonly string[];
  readonly predicted: Prediction;
  /** Conflicts with the target, and other things to know before the run. */
  readonly warnings: readonly string[];
}

export interface Prediction {
  readonly sizeBytes: number;
  readonly originalBytes: number;
  /** Original / predicted; null where nothing is known. */
  readonly latencyRatio: number | null;
  /** In words: what the prediction rests on. */
  readonly basis: string;
}

export const adviseRecipe = request<AdviceParams, RecipeAdvice>('lathe/advice');

export interface EstimateParams {
  /** Uri of the recipe; `text` is its content in the editor. */
  readonly uri: string;
  readonly text: string;
}

/** What the recipe would do, from the structure alone. */
export interface RecipeEstimate {
  readonly predicted: Prediction;
  readonly layers: readonly {
    readonly name: string;
    readonly opType: string;
    readonly action: string;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
  }[];
  readonly notes: readonly string[];
}

export const estimateRecipe = request<EstimateParams, RecipeEstimate>('lathe/recipe/estimate');

export interface CheckTargetParams {
  readonly uri: string;
  readonly target: string;
}

/** Checks an open model against a target and publishes what it finds as diagnostics; answers how many there are. */
export const checkTarget = request<CheckTargetParams, { readonly problems: number }>('lathe/model/check');
