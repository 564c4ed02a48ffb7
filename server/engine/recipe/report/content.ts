/** What a report shows beyond the figures of the result. */

import type { ClassChange, SampleChange } from '../../../../protocol/results/comparison.ts';
import type { RunResult } from '../../../../protocol/results/run.ts';


export interface ReportContent {
  readonly result: RunResult;
  /** Name of the model, without its folder. */
  readonly title: string;
  readonly recipeText: string;
  /** The command that gives this result again. */
  readonly command: string;
  /** When the run ended, in ISO 8601. */
  readonly date: string;
  /** Every timed run, in milliseconds. */
  readonly latencySamplesMs?: { readonly original: readonly number[]; readonly result: readonly number[] };
  readonly classes: readonly ClassChange[];
  readonly worse: readonly SampleChange[];
  /** How many samples got worse, and how many better: `worse` may be cut. */
  readonly changed?: { readonly worse: number; readonly better: number };
}
