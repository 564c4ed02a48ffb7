/** One run in the hands of the run manager: its record, its log and its result, in memory and in the history. */

import type { Failure } from '../../protocol/failure.ts';
import type { RunRecord, RunRequest, RunState } from '../../protocol/runs.ts';
import type { History } from './history.ts';
import type { StoredRun } from './stored-run.ts';
import type { PhaseTimes } from './time-left.ts';

/** Lines of the log that stay in memory where the history cannot be written. */
const rememberedLines = 2000;

export class RunEntry {
  private stored: StoredRun;
  private readonly history: History;
  /** Set where the history could not take it. */
  private result: { readonly document: unknown } | undefined;
  private readonly lines: string[] = [];
  /** While it is under way: what is known so far. */
  private known: unknown;

  constructor(stored: StoredRun, history: History) {
    this.stored = stored;
    this.history = history;
  }

  static begin(id: string, request: RunRequest, createdAt: number, history: History): RunEntry {
    const record: RunRecord = {
      id,
      request,
      state: 'queued',
      createdAt,
      ...(request.kind === 'recipe' && { outputs: { recipe: request.recipe } }),
    };
    const entry = new RunEntry({ version: 1, record, models: [], phases: {}, owner: process.pid }, history);
    entry.save();
    return entry;
  }

  get id(): string {
    return this.stored.record.id;
  }

  get state(): RunState {
    return this.stored.record.state;
  }

  get isOver(): boolean {
    return this.state !== 'queued' && this.state !== 'running';
  }

  get models(): readonly string[] {
    return this.stored.models;
  }

  get phases(): PhaseTimes {
    return this.stored.phases;
  }

  get record(): RunRecord {
    const { problem } = this.history;
    if (this.isOver || problem === undefined) return this.stored.record;
    return { ...this.stored.record, warning: warningOf(problem) };
  }

  /** Changes the record without writing it: for progress. */
  update(change: Partial<RunRecord>): void {
    this.stored = { ...this.stored, record: { ...this.stored.record, ...change } };
  }

  /** Changes the record and writes it. */
  set(change: Partial<RunRecord>): void {
    this.update(change);
    this.save();
  }

  /** Whether it has a document, whole or so far. */
  get isInformed(): boolean {
    return this.state === 'done' || this.partialResult !== undefined;
  }

  get partialResult(): unknown {
    return this.isOver ? undefined : this.known;
  }

  /** @param models absolute paths of the models that the result is about */
  partial(result: unknown, models: readonly string[]): void {
    this.known = result;
    this.stored = { ...this.stored, models };
  }

  /** @param models absolute paths of the models that the result is about */
  done(result: unknown, models: readonly string[], change: Partial<RunRecord>, phases: PhaseTimes): void {
    this.stored = { ...this.stored, models, phases };
    this.end('done', change);
    if (!this.history.saveResult(this.id, result)) this.result = { document: result };
    if (this.history.problem !== undefined) this.update({ warning: warningOf(this.history.problem) });
  }

  fail(state: 'failed' | 'cancelled', failure: Failure, change: Partial<RunRecord> = {}): void {
    this.end(state, { ...change, failure });
  }

  /** Throws `FILE` when there is none that can be read. */
  readResult(): unknown {
    return this.result ? this.result.document : this.history.result(this.id);
  }

  appendLog(line: string): void {
    const time = new Date().toISOString().slice(11, 23);
    const text = `${time} ${line}\n`;
    this.lines.push(text);
    if (this.lines.length > rememberedLines) this.lines.shift();
    this.history.appendLog(this.id, text);
  }

  readLog(): string {
    return this.history.readLog(this.id) || this.lines.join('');
  }

  private end(state: 'done' | 'failed' | 'cancelled', change: Partial<RunRecord>): void {
    const { progress: _progress, training: _training, ...record } = this.stored.record;
    this.stored = { ...this.stored, record: { ...record, ...change, state, endedAt: Date.now() } };
    this.save();
    if (this.history.problem !== undefined) this.update({ warning: warningOf(this.history.problem) });
  }

  private save(): void {
    // Curves are of use while they grow; afterwards the result has them.
    const { training: _training, ...record } = this.stored.record;
    this.history.save({ ...this.stored, record });
  }
}

function warningOf(problem: string): string {
  return `The run is not kept in the history, which cannot be written: ${problem}`;
}
