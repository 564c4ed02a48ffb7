/** Between the language server and a job process, over the process's own channel. */

import type { AdviceParams } from './advice.ts';
import type { Failure } from './failure.ts';
import type { TrainingUpdate } from './results/training.ts';
import type { RunProgress, RunRequest, Steering } from './runs.ts';

export interface JobSettings {
  readonly threads: number;
  readonly seed: number;
  /** Of benchmarks. */
  readonly provider: string;
}

/** A process does one piece of work and ends. */
export type ToJob =
  | { readonly type: 'start'; readonly request: RunRequest; readonly settings: JobSettings }
  /** Thinks of a recipe: no run, but models are run for it, which may crash or take long. */
  | { readonly type: 'advise'; readonly params: AdviceParams; readonly settings: JobSettings }
  /** To a run that trains. */
  | { readonly type: 'steer'; readonly steering: Steering }
  | { readonly type: 'cancel' };

/** What a process begins with. */
export type JobTask = Extract<ToJob, { type: 'start' | 'advise' }>;

export type FromJob =
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'log'; readonly line: string }
  /** The best result so far is about to be written to `path`, or is there now. */
  | { readonly type: 'result'; readonly state: 'writing' | 'kept'; readonly path: string }
  /** What is known so far, in the form of the run's document; it takes the place of what was told before. */
  | { readonly type: 'partial'; readonly result: unknown }
  /** New points of the curves of a step that trains. */
  | { readonly type: 'training'; readonly update: TrainingUpdate }
  /** The last message of a job that came to its end. */
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'failed'; readonly failure: Failure };
