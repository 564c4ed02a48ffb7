/** What all parts of a run share. */

import type { TrainingUpdate } from '../../../protocol/results/training.ts';
import type { DataSets } from '../data/open-data-sets.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Target } from '../targets/target.ts';
import type { TrainingControl } from '../train/run/control.ts';
import type { BestKept } from './best-kept.ts';
import type { Evaluator } from './evaluator.ts';
import type { RunPaths } from './paths.ts';
import type { Recipe } from './recipe.ts';

export interface RunOptions {
  /** Folder that the recipe's paths start at. */
  readonly baseDir: string;
  /** The recipe's own file; without one the recipe is written beside the result. */
  readonly recipePath?: string;
  /** The recipe is advice, not somebody's wish: a step that breaks the goal is undone. */
  readonly automatic?: boolean;
  /** The recipe as its author wrote it; without it as `formatRecipe` does. */
  readonly recipeText?: string;
  /** The command that gives this result again, for the report. */
  readonly command?: string;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly log: (line: string) => void;
  /** Told before and after the best result so far is written to `path`. */
  readonly onResult?: (state: 'writing' | 'kept', path: string) => void;
  /** Told about the curves of steps that train, as they grow. */
  readonly onTraining?: (update: TrainingUpdate) => void;
  /** How training is stopped early, with the best kept, or held back. */
  readonly control?: TrainingControl;
  readonly signal?: AbortSignal;
}

export interface RunEnvironment {
  readonly recipe: Recipe;
  readonly options: RunOptions;
  readonly paths: RunPaths;
  /** Removed after the run. */
  readonly tempDir: string;
  readonly runtime: () => Promise<Runtime>;
  /** Ends the runtime's process, and with it its memory; the next use starts another. */
  readonly restRuntime: () => Promise<void>;
  readonly target: Target;
  readonly original: Model;
  readonly data: DataSets;
  /** Absent without evaluation data. */
  readonly evaluator?: Evaluator;
  /** The largest drop that the goal allows; infinite where it says nothing. */
  readonly maxDrop: number;
  readonly kept: BestKept;
}
