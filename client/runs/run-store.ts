import { EventEmitter } from 'vscode';
import { listRuns, runChanged, runDeleted, type RunRecord } from '../../protocol/runs.ts';
import { failureOf, FailureError, serverGone } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Log } from '../support/log.ts';
import { isOver } from './run-text.ts';
import type { Disposable } from '../support/disposable.ts';

interface Waiter {
  readonly id: string;
  readonly resolve: (record: RunRecord) => void;
  readonly reject: (error: Error) => void;
}

/** The runs of the server's history as they are now, here and after a restart of the server. */
export class RunStore implements Disposable {
  /** One run changed, or all may have (undefined). */
  readonly onDidChange;
  private readonly link: ServerLink;
  private readonly log: Log;
  private readonly changed = new EventEmitter<RunRecord | undefined>();
  private readonly records = new Map<string, RunRecord>();
  private waiters: Waiter[] = [];
  private readonly registrations: Disposable[];
  private settleLoaded: () => void = () => undefined;
  /** Once the history was read for the first time. */
  readonly loaded = new Promise<void>((resolve) => {
    this.settleLoaded = resolve;
  });

  constructor(link: ServerLink, log: Log) {
    this.link = link;
    this.log = log;
    this.onDidChange = this.changed.event;
    this.registrations = [
      this.changed,
      link.on(runChanged, (record) => this.set(record)),
      link.on(runDeleted, ({ id }) => this.remove(id)),
      link.onDidStart(() => void this.readAll()),
      link.onDidFail(() => this.giveUp()),
    ];
  }

  /** Newest first. */
  get all(): readonly RunRecord[] {
    return [...this.records.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  get running(): readonly RunRecord[] {
    return this.all.filter((record) => !isOver(record));
  }

  get(id: string): RunRecord | undefined {
    return this.records.get(id);
  }

  set(record: RunRecord): void {
    this.records.set(record.id, record);
    if (isOver(record)) this.settle(record);
    this.changed.fire(record);
  }

  /** The run once it is over. Fails when the server goes and stays away. */
  finished(id: string): Promise<RunRecord> {
    const record = this.records.get(id);
    if (record && isOver(record)) return Promise.resolve(record);
    return new Promise((resolve, reject) => this.waiters.push({ id, resolve, reject }));
  }

  dispose(): void {
    this.giveUp();
    for (const registration of this.registrations) registration.dispose();
  }

  private async readAll(): Promise<void> {
    try {
      const runs = await this.link.request(listRuns, {});
      this.records.clear();
      for (const run of runs) this.records.set(run.id, run);
      for (const run of runs) if (isOver(run)) this.settle(run);
      // What a new server does not know any more will never end.
      for (const { id } of this.waiters) if (!this.records.has(id)) this.fail(id);
      this.settleLoaded();
      this.changed.fire(undefined);
    } catch (error) {
      this.log.warn(`Reading the runs: ${failureOf(error).message}`);
    }
  }

  private remove(id: string): void {
    this.records.delete(id);
    this.fail(id);
    this.changed.fire(undefined);
  }

  private settle(record: RunRecord): void {
    const waiting = this.waiters.filter(({ id }) => id === record.id);
    this.waiters = this.waiters.filter(({ id }) => id !== record.id);
    for (const { resolve } of waiting) resolve(record);
  }

  private fail(id: string): void {
    const waiting = this.waiters.filter((waiter) => waiter.id === id);
    this.waiters = this.waiters.filter((waiter) => waiter.id !== id);
    for (const { reject } of waiting) {
      reject(new FailureError({ code: 'INTERNAL', message: 'The run was lost with the server that ran it.' }));
    }
  }

  private giveUp(): void {
    const waiting = this.waiters;
    this.waiters = [];
    for (const { reject } of waiting) reject(new FailureError(serverGone));
  }
}
