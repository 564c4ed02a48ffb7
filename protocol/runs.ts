/** Runs: long work in a process of its own, its progress, its result and the history of all of them. */

import type { Failure } from './failure.ts';
import type { TrainingUpdate } from './results/training.ts';
import { notification, request } from './token.ts';

/** How a data set is named where a user may point at one: as `--data` of the command line. */
export interface DataChoice {
  /** Path of a data file, a folder, an .npz, or the word `random`. */
  readonly data: string;
  readonly metric?: string;
  readonly limit?: number;
}

/** What to do. Paths are absolute file system paths. */
export type RunRequest =
  /**
   * Carries out a recipe file. `automatic`: it is advice that nobody changed, so a step that breaks the goal is undone,
   * as `lathe compress` does.
   */
  | { readonly kind: 'recipe'; readonly recipe: string; readonly automatic?: boolean }
  | { readonly kind: 'analyze'; readonly model: string; readonly target?: string; readonly data: DataChoice }
  | {
    readonly kind: 'benchmark';
    readonly models: readonly string[];
    readonly data?: DataChoice;
    readonly seconds?: number;
  }
  | { readonly kind: 'compare'; readonly a: string; readonly b: string; readonly data?: DataChoice };

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface RunProgress {
  /** "Calibrating". */
  readonly phase: string;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  /** Estimated; absent where there is nothing to go by. */
  readonly leftMs?: number;
}

/** What a run that trains can be told. */
export type Steering = 'pause' | 'resume' | 'stop';

/** One run, as the Runs view and the history hold it. */
export interface RunRecord {
  readonly id: string;
  readonly request: RunRequest;
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly progress?: RunProgress;
  /** The curves of the step that trains now, whole. */
  readonly training?: TrainingUpdate;
  /** "3.77x smaller, 1.57x faster, top1 58.0 % (-0.8 points)". */
  readonly summary?: string;
  /** `false` when the goal was missed. */
  readonly goalMet?: boolean;
  readonly failure?: Failure;
  /** What went wrong beside the run, which goes on: its history cannot be written, for one. */
  readonly warning?: string;
  /** Files that the run wrote, as absolute paths. */
  readonly outputs?: { readonly model?: string; readonly report?: string; readonly recipe?: string };
}

export interface RunParams {
  readonly id: string;
}

export const startRun = request<{ readonly request: RunRequest }, RunRecord>('lathe/runs/start');
/** Answers when the run has stopped. A run that is over stays as it is. */
export const cancelRun = request<RunParams, RunRecord>('lathe/runs/cancel');
/** Holds training back, lets it go on, or ends it with the best weights so far. Fails where nothing trains. */
export const steerRun = request<RunParams & { readonly steering: Steering }, RunRecord>('lathe/runs/steer');
/** Newest first. */
export const listRuns = request<Record<string, never>, readonly RunRecord[]>('lathe/runs/list');
/** Forgets a run and its log; the files it wrote stay. Fails for a run that is not over. */
export const deleteRun = request<RunParams, null>('lathe/runs/delete');
/** What a finished run gave back: the document that the command line prints with `--json`, by the kind of the run. */
export const runResult = request<RunParams, unknown>('lathe/runs/result');
/** The run's log as text. */
export const runLog = request<RunParams, { readonly text: string }>('lathe/runs/log');
/** A run began, moved on or ended. */
export const runChanged = notification<RunRecord>('lathe/runs/changed');
export const runDeleted = notification<RunParams>('lathe/runs/deleted');
