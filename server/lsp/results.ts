/** What past runs found out about models: the runs feature provides it, overlays and problems are made of it. */

import type { Disposable } from 'vscode-languageserver';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import type { RunRecord } from '../../protocol/runs.ts';

/** A run that came to its end, with the document it gave back; or one under way, with what it knows so far. */
export type FinishedRun = { readonly record: RunRecord } & (
  | { readonly kind: 'recipe'; readonly result: RunResult }
  | { readonly kind: 'analyze'; readonly result: AnalysisResult }
  | { readonly kind: 'benchmark'; readonly result: Benchmark }
  | { readonly kind: 'compare'; readonly result: Comparison }
);

export interface RunResults {
  /** Records of all runs, newest first. */
  all(): Promise<readonly RunRecord[]>;
  /**
   * Runs that began with, analyzed or timed the model at `path` (absolute), newest first: those that are done, and one
   * under way that has figures already.
   */
  of(path: string): Promise<readonly FinishedRun[]>;
  /** Called when a run has new figures, ends or is deleted, with the paths of the models it concerns. */
  onChanged(listener: (models: readonly string[]) => void): Disposable;
}

/** Until the runs feature has started. */
export const noResults: RunResults = {
  all: () => Promise.resolve([]),
  of: () => Promise.resolve([]),
  onChanged: () => ({ dispose: () => undefined }),
};
