/**
 * Runs, one at a time: each in a process of its own, which may die without taking anything along. What happens to a run
 * is in the history at once, so that nothing is lost when this process dies, either.
 */

import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { JobSettings } from '../../protocol/job.ts';
import type { RunRecord, RunRequest, Steering } from '../../protocol/runs.ts';
import { LatheError } from '../engine/errors.ts';
import { failureOf } from '../engine/util/failure.ts';
import { ActiveRun } from './active-run.ts';
import { History, keptRuns } from './history.ts';
import { RunEntry } from './run-entry.ts';
import type { RunEvents } from './run-events.ts';

export interface RunManagerOptions {
  /** Folder for the history. */
  readonly storagePath: string;
  /** For the next run. */
  readonly settings: () => JobSettings;
  readonly log: (line: string) => void;
  readonly events: RunEvents;
}

const interrupted = {
  code: 'INTERRUPTED',
  message: 'The run was interrupted: the language server ended while it was under way.',
  fix: 'Run it again.',
} as const;

export class RunManager {
  private readonly options: RunManagerOptions;
  private readonly history: History;
  /** In order of their creation. */
  private readonly entries = new Map<string, RunEntry>();
  private active: ActiveRun | undefined;
  private lastCreated = 0;
  private disposed = false;

  /** Reads the history; runs that were under way when the last server ended are marked as interrupted. */
  constructor(options: RunManagerOptions) {
    this.options = options;
    this.history = new History(join(options.storagePath, 'runs'), options.log);
    for (const stored of this.history.load().reverse()) {
      const entry = new RunEntry(stored, this.history);
      this.entries.set(entry.id, entry);
      this.lastCreated = Math.max(this.lastCreated, stored.record.createdAt);
      if (!entry.isOver) entry.fail('failed', interrupted);
    }
  }

  /** Newest first. */
  list(): readonly RunRecord[] {
    return [...this.entries.values()].reverse().map(({ record }) => record);
  }

  start(request: RunRequest): RunRecord {
    // Two runs of one millisecond still have an order.
    const createdAt = Math.max(Date.now(), this.lastCreated + 1);
    this.lastCreated = createdAt;
    const time = new Date(createdAt).toISOString().replaceAll(/[:.]/g, '-');
    const entry = RunEntry.begin(`${time}-${randomBytes(2).toString('hex')}`, request, createdAt, this.history);
    this.entries.set(entry.id, entry);
    this.forgetOldest();
    if (this.active) this.options.events.changed(entry.record);
    else this.next();
    return entry.record;
  }

  /** Resolves when the run has stopped; one that is over stays as it is. Throws `USAGE` for an unknown run. */
  async cancel(id: string): Promise<RunRecord> {
    const entry = this.find(id);
    if (this.active?.entry === entry) {
      await this.active.cancel();
    } else if (!entry.isOver) {
      entry.fail('cancelled', { code: 'CANCELLED', message: 'Cancelled before it began.' });
      this.options.events.changed(entry.record);
    }
    return entry.record;
  }

  /** Throws `USAGE` for a run that trains nothing now. */
  steer(id: string, steering: Steering): RunRecord {
    const entry = this.find(id);
    if (this.active?.entry !== entry || !entry.record.training) {
      throw new LatheError('USAGE', 'The run trains nothing now.', { fix: 'Wait for a step that trains.' });
    }
    this.active.steer(steering);
    return entry.record;
  }

  /** Forgets a run; the files that it wrote stay. Throws `USAGE` for one that is not over. */
  delete(id: string): void {
    const entry = this.find(id);
    if (!entry.isOver) {
      throw new LatheError('USAGE', 'A run that is under way cannot be deleted.', { fix: 'Cancel it first.' });
    }
    this.entries.delete(id);
    this.history.remove(id);
    this.options.events.deleted(id);
    this.options.events.resultsChanged(entry.models);
  }

  /** The document of a run that is done. Throws `USAGE` for another one, `FILE` when the history has lost it. */
  result(id: string): unknown {
    const entry = this.find(id);
    if (entry.state !== 'done') {
      throw new LatheError('USAGE', `The run has no result: it is ${entry.state}.`);
    }
    return entry.readResult();
  }

  log(id: string): string {
    return this.find(id).readLog();
  }

  /**
   * Records of the runs that know something of the model at `path`, newest first: those that are done, and one under
   * way that has figures already.
   */
  knowing(path: string): readonly RunRecord[] {
    const wanted = resolve(path);
    return [...this.entries.values()].reverse()
      .filter(({ isInformed, models }) => isInformed && models.some((model) => resolve(model) === wanted))
      .map(({ record }) => record);
  }

  /** The document of a run under way, as far as it is known; undefined when it tells none, or is over. */
  partial(id: string): unknown {
    return this.entries.get(id)?.partialResult;
  }

  /** Ends what is under way: to be called when the server ends. */
  dispose(): void {
    this.disposed = true;
    for (const entry of this.entries.values()) if (!entry.isOver) entry.fail('failed', interrupted);
    this.active?.kill();
  }

  private find(id: string): RunEntry {
    const entry = this.entries.get(id);
    if (!entry) throw new LatheError('USAGE', 'There is no such run.', { detail: id });
    return entry;
  }

  private forgetOldest(): void {
    for (const { id, isOver } of [...this.entries.values()].slice(0, -keptRuns)) if (isOver) this.delete(id);
  }

  /** Begins the oldest run that waits, when none is under way. */
  private next(): void {
    if (this.active || this.disposed) return;
    const entry = [...this.entries.values()].find(({ state }) => state === 'queued');
    if (!entry) return;
    const { events, settings } = this.options;
    entry.set({ state: 'running', startedAt: Date.now() });
    try {
      this.active = new ActiveRun(entry, settings(), this.likeRun(entry), events);
    } catch (error) {
      entry.fail('failed', failureOf(error));
      events.changed(entry.record);
      this.next();
      return;
    }
    events.changed(entry.record);
    void this.active.ended.then(() => {
      this.active = undefined;
      if (this.disposed) return;
      events.changed(entry.record);
      events.resultsChanged(entry.models);
      this.next();
    });
  }

  /** The newest run that did the same. */
  private likeRun({ id, record }: RunEntry): RunEntry | undefined {
    const request = JSON.stringify(record.request);
    return [...this.entries.values()].reverse()
      .find((entry) => entry.id !== id && entry.state === 'done' && JSON.stringify(entry.record.request) === request);
  }
}
