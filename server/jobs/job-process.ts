/** A job process, seen from the language server: it may crash, be killed or not answer, and always comes to an end. */

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import type { Failure } from '../../protocol/failure.ts';
import type { FromJob, JobTask, ToJob } from '../../protocol/job.ts';
import type { TrainingUpdate } from '../../protocol/results/training.ts';
import type { RunProgress, Steering } from '../../protocol/runs.ts';
import { findProgram } from '../engine/util/programs.ts';
import { crashFailure, isLastWord } from './crash.ts';
import { environmentIn, makeJobFolder, removeJobFolder } from './job-folder.ts';
import { removeHalfWritten } from './half-written.ts';

export interface JobListener {
  progress(progress: RunProgress): void;
  log(line: string): void;
  /** New points of the curves of a step that trains. */
  training(update: TrainingUpdate): void;
  /** The best result so far is at `path`. */
  kept(path: string): void;
  /** The document as far as it is known. */
  partial?(result: unknown): void;
}

/** How a job ended. `kept` is the best result that is on disk, where there is one. */
export type JobEnd = { readonly kept?: string } & (
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed' | 'cancelled'; readonly failure: Failure }
);

/** How long a cancelled process may take to end by itself. */
const cancelMs = 200;
/** The same for one that is writing its best result: a large model takes a while. */
const writingMs = 10_000;
/** The process is gone; what is left in its pipes comes within this time. */
const drainMs = 300;
/** Lines of the process's error output that a crash report shows. */
const shownLines = 20;

export class JobProcess {
  /** Never rejects. The process, and those that it started, are gone by then. */
  readonly ended: Promise<JobEnd>;
  private readonly child: ChildProcess;
  private readonly folder = makeJobFolder();
  private readonly listener: JobListener;
  private readonly lastLines: string[] = [];
  private lastWord: string | undefined;
  private last: Extract<FromJob, { type: 'done' | 'failed' }> | undefined;
  private writing: string | undefined;
  private kept: string | undefined;
  private cancelling = false;
  private killTimer: NodeJS.Timeout | undefined;

  /**
   * Throws `INTERNAL` when the program is missing, `WRITE` when there is no room for temporary files.
   *
   * @param program what to run: tests have programs that misbehave
   */
  constructor(task: JobTask, listener: JobListener, program = findProgram('job')) {
    this.listener = listener;
    this.child = fork(program, [], {
      // Relative paths would be those of this folder: documents show whole ones.
      cwd: this.folder,
      env: environmentIn(this.folder),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own, so that it can be ended with all that it starts.
      detached: process.platform !== 'win32',
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.heard(stripVTControlCharacters(line)));
    }
    this.child.on('message', (message) => this.receive(message as FromJob));
    this.ended = new Promise((resolve) => {
      let over = false;
      const end = (cause: string): void => {
        if (over) return;
        over = true;
        resolve(this.finish(cause));
      };
      this.child.on('error', (error) => end(error.message));
      this.child.on('exit', (code, signal) => {
        const cause = signal === null ? `exit code ${code}` : `signal ${signal}`;
        this.killGroup();
        setTimeout(() => end(cause), drainMs).unref();
        this.child.on('close', () => end(cause));
      });
    });
    this.child.send(task, () => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Asks the process to stop, and ends it when it does not. */
  cancel(): Promise<JobEnd> {
    if (!this.cancelling) {
      this.cancelling = true;
      if (this.child.connected) this.child.send({ type: 'cancel' } satisfies ToJob, () => undefined);
      this.killLater();
    }
    return this.ended;
  }

  /** Tells a process that trains what to do. */
  steer(steering: Steering): void {
    if (this.child.connected) this.child.send({ type: 'steer', steering } satisfies ToJob, () => undefined);
  }

  /** Ends the process and all that it started, whatever they do. */
  kill(): void {
    if (process.platform === 'win32') {
      if (this.pid !== undefined) spawn('taskkill', ['/pid', String(this.pid), '/t', '/f'], { stdio: 'ignore' });
    } else {
      this.killGroup();
    }
    this.child.kill('SIGKILL');
  }

  private killLater(): void {
    clearTimeout(this.killTimer);
    this.killTimer = setTimeout(() => this.kill(), this.writing === undefined ? cancelMs : writingMs);
  }

  private killGroup(): void {
    if (this.pid === undefined || process.platform === 'win32') return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  }

  private heard(line: string): void {
    if (isLastWord(line)) this.lastWord ??= line;
    this.lastLines.push(line);
    if (this.lastLines.length > shownLines) this.lastLines.shift();
    this.listener.log(line);
  }

  private receive(message: FromJob): void {
    switch (message.type) {
      case 'progress':
        this.listener.progress(message.progress);
        break;
      case 'log':
        this.listener.log(message.line);
        break;
      case 'training':
        this.listener.training(message.update);
        break;
      case 'partial':
        this.listener.partial?.(message.result);
        break;
      case 'result':
        if (message.state === 'kept') {
          this.kept = message.path;
          this.listener.kept(message.path);
        }
        this.writing = message.state === 'writing' ? message.path : undefined;
        if (this.cancelling) this.killLater();
        break;
      case 'done':
      case 'failed':
        this.last = message;
        break;
    }
  }

  private finish(cause: string): JobEnd {
    clearTimeout(this.killTimer);
    removeJobFolder(this.folder);
    const { last, kept } = this;
    const stayed = kept === undefined ? {} : { kept };
    if (last?.type === 'done') return { state: 'done', result: last.result, ...stayed };
    if (last) {
      const state = last.failure.code === 'CANCELLED' ? 'cancelled' : 'failed';
      return { state, failure: last.failure, ...stayed };
    }
    if (this.writing !== undefined) removeHalfWritten(this.writing);
    if (this.cancelling) {
      const message = kept === undefined
        ? 'Cancelled. Nothing was written.'
        : `Cancelled. The best result so far is kept: ${kept}`;
      return { state: 'cancelled', failure: { code: 'CANCELLED', message }, ...stayed };
    }
    const { lastLines, lastWord } = this;
    const said = lastWord === undefined || lastLines.includes(lastWord) ? lastLines : [lastWord, ...lastLines];
    return { state: 'failed', failure: crashFailure(cause, said, kept), ...stayed };
  }
}
