/** What a report shows beyond the figures of the result. */

import type { RunResult } from '../result.ts';

/** The metric of the samples of one class, before and after. */
export interface ClassChange {
  readonly label: string;
  readonly samples: number;
  readonly before: number;
  readonly after: number;
}

/** A sample that was right before and is wrong after. */
export interface SampleChange {
  readonly name: string;
  readonly expected: string;
  readonly before: string;
  readonly after: string;
  /** How far the scores moved, for the order: larger is worse. */
  readonly change: number;
  /** A small picture as a data URI. */
  readonly picture?: string;
}

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
