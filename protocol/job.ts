/** Between the language server and a job process, over the process's own channel. */

import type { Failure } from './failure.ts';
import type { RunProgress, RunRequest } from './runs.ts';

export interface JobSettings {
  readonly threads: number;
  readonly seed: number;
}

export type ToJob =
  | { readonly type: 'start'; readonly request: RunRequest; readonly settings: JobSettings }
  | { readonly type: 'cancel' };

export type FromJob =
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'log'; readonly line: string }
  /** The last message of a job that came to its end. */
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'failed'; readonly failure: Failure };
