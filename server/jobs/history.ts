/**
 * The history of runs on disk: one folder a run, with `run.json`, `result.json` and `log.txt`. It is a convenience, so
 * nothing here stops a run: what cannot be read is left out, and what cannot be written is told.
 */

import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { LatheError, messageOf } from '../engine/errors.ts';
import { writeText } from '../engine/recipe/write-text.ts';
import { parseStoredRun, type StoredRun } from './stored-run.ts';

/** Older runs are forgotten. */
export const keptRuns = 200;
/** A log that grows beyond this says the same again and again. */
const logBytes = 2_000_000;

const idPattern = /^\d{4}-[\dTZ-]+-[0-9a-f]{4}$/;

export class History {
  /** Why the last attempt to write failed; undefined when all is well. */
  problem: string | undefined;
  private readonly folder: string;
  private readonly log: (line: string) => void;
  private readonly logged = new Map<string, number>();

  /** @param folder made when it is first written to */
  constructor(folder: string, log: (line: string) => void) {
    this.folder = folder;
    this.log = log;
  }

  /**
   * All runs that can be read, newest first, without those that another living server has under way. More than
   * `keptRuns` are removed, the oldest first.
   */
  load(): StoredRun[] {
    let names: string[];
    try {
      names = readdirSync(this.folder).filter((name) => idPattern.test(name)).sort().reverse();
    } catch {
      // The first start: there is no history yet.
      return [];
    }
    for (const name of names.slice(keptRuns)) this.remove(name);
    return names.slice(0, keptRuns).flatMap((name) => this.read(name) ?? []);
  }

  save(run: StoredRun): void {
    const { id } = run.record;
    this.attempt(() => {
      mkdirSync(join(this.folder, id), { recursive: true });
      writeText(join(this.folder, id, 'run.json'), JSON.stringify(run));
    });
  }

  /** `false` when it could not be written. */
  saveResult(id: string, result: unknown): boolean {
    return this.attempt(() => writeText(join(this.folder, id, 'result.json'), JSON.stringify(result)));
  }

  /** Throws `FILE` when there is none that can be read. */
  result(id: string): unknown {
    const file = join(this.folder, id, 'result.json');
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as unknown;
    } catch (error) {
      throw new LatheError('FILE', 'The result of this run cannot be read.', {
        detail: messageOf(error),
        fix: 'Run it again.',
        at: { file },
      });
    }
  }

  appendLog(id: string, text: string): void {
    const size = (this.logged.get(id) ?? 0) + text.length;
    if (size > logBytes) return;
    this.logged.set(id, size);
    this.attempt(() => appendFileSync(join(this.folder, id, 'log.txt'), text));
  }

  /** Empty when there is none. */
  readLog(id: string): string {
    try {
      return readFileSync(join(this.folder, id, 'log.txt'), 'utf8');
    } catch {
      return '';
    }
  }

  remove(id: string): void {
    this.attempt(() => rmSync(join(this.folder, id), { recursive: true, force: true }));
  }

  private read(name: string): StoredRun | undefined {
    let run: StoredRun | undefined;
    try {
      run = parseStoredRun(readFileSync(join(this.folder, name, 'run.json'), 'utf8'));
    } catch {
      // Told below.
    }
    if (run?.record.id !== name) {
      this.log(`The run ${name} of the history is damaged and left out.`);
      return undefined;
    }
    return isOver(run) || !isOwned(run) ? run : undefined;
  }

  private attempt(write: () => void): boolean {
    try {
      write();
      this.problem = undefined;
      return true;
    } catch (error) {
      const reason = error instanceof LatheError ? error.detail ?? error.message : messageOf(error);
      if (this.problem !== reason) this.log(`The history of runs cannot be written: ${reason}`);
      this.problem = reason;
      return false;
    }
  }
}

function isOver({ record: { state } }: StoredRun): boolean {
  return state !== 'running' && state !== 'queued';
}

/** Whether another server, that of another window, still has the run. */
function isOwned({ owner, record }: StoredRun): boolean {
  const startedAt = Date.now() - uptime() * 1000;
  if (owner === process.pid || record.createdAt < startedAt) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    // A process of another user exists, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
