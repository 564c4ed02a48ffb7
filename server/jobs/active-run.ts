/** The run that is under way: what its process says becomes its record. */

import type { JobSettings } from '../../protocol/job.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import type { RunProgress, RunRecord, RunRequest, Steering } from '../../protocol/runs.ts';
import { durationInWords } from '../engine/util/words.ts';
import { JobProcess, type JobEnd } from './job-process.ts';
import type { RunEntry } from './run-entry.ts';
import type { RunEvents } from './run-events.ts';
import { summaryOf } from './summary.ts';
import { Throttle } from './throttle.ts';
import { TimeLeft } from './time-left.ts';
import { withUpdate } from './training-curves.ts';

/** Progress is shown about five times a second: more often nobody can read it. */
const progressIntervalMs = 200;

export class ActiveRun {
  readonly entry: RunEntry;
  /** Resolves when the process is gone and the record says how the run ended. */
  readonly ended: Promise<void>;
  private readonly job: JobProcess;
  private readonly timeLeft: TimeLeft;
  private readonly throttle: Throttle;
  private phase = '';

  /** @param like an earlier run that did the same: how long its phases took */
  constructor(
    entry: RunEntry,
    settings: JobSettings,
    like: RunEntry | undefined,
    events: Pick<RunEvents, 'changed' | 'resultsChanged'>,
  ) {
    this.entry = entry;
    this.timeLeft = new TimeLeft(like?.phases);
    this.throttle = new Throttle(() => events.changed(entry.record), progressIntervalMs);
    const { request } = entry.record;
    this.job = new JobProcess({ type: 'start', request, settings }, {
      progress: (progress) => this.progress(progress),
      log: (line) => entry.appendLog(line),
      kept: (path) => entry.set({ outputs: { ...entry.record.outputs, model: path } }),
      training: (update) => {
        entry.update({ training: withUpdate(entry.record.training, update) });
        this.throttle.call();
      },
      partial: (result) => {
        entry.partial(result, modelsOf(request, result));
        events.resultsChanged(entry.models);
      },
    });
    this.ended = this.job.ended.then((end) => this.finish(request, end));
  }

  cancel(): Promise<void> {
    void this.job.cancel();
    return this.ended;
  }

  steer(steering: Steering): void {
    this.job.steer(steering);
  }

  kill(): void {
    this.job.kill();
  }

  private progress({ phase, done, total }: RunProgress): void {
    if (phase !== this.phase) this.entry.appendLog(phase);
    this.phase = phase;
    const leftMs = this.timeLeft.update(phase, done, total);
    this.entry.update({ progress: { phase, done, total, ...(leftMs !== undefined && { leftMs }) } });
    this.throttle.call();
  }

  private finish(request: RunRequest, end: JobEnd): void {
    const { entry } = this;
    this.throttle.stop();
    // The server ended it, and has said so.
    if (entry.isOver) return;
    if (end.state !== 'done') {
      const { message, detail } = end.failure;
      entry.appendLog(detail === undefined ? message : `${message}\n${detail}`);
      entry.fail(end.state, end.failure);
      return;
    }
    const summary = summaryOf(request.kind, end.result);
    const took = Date.now() - (entry.record.startedAt ?? Date.now());
    entry.appendLog(`Done after ${durationInWords(took)}: ${summary}`);
    entry.done(end.result, modelsOf(request, end.result), { summary, ...outcomeOf(request, end.result) },
      this.timeLeft.finish());
  }
}

function modelsOf(request: RunRequest, result: unknown): readonly string[] {
  switch (request.kind) {
    case 'recipe':
      return [(result as RunResult).model];
    case 'analyze':
      return [request.model];
    case 'benchmark':
      return request.models;
    case 'compare':
      return [request.a, request.b];
  }
}

function outcomeOf(request: RunRequest, result: unknown): Partial<RunRecord> {
  if (request.kind !== 'recipe') return {};
  const { goalMet, output, report, recipe } = result as RunResult;
  return { goalMet, outputs: { model: output, report, recipe } };
}
