/** One process that runs onnxruntime, and the requests that it has yet to answer. */

import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { cancelled, LatheError, throwIfCancelled } from '../errors.ts';
import { findProgram } from '../util/programs.ts';
import { ortError, type Doing } from './ort-error.ts';
import type { RequestMessage, RequestName, Requests, ResponseMessage, WireError } from './protocol.ts';

/** What the errors of a request say. */
export interface RequestContext {
  readonly doing: Doing;
  /** Path of the model, when it has one. */
  readonly model?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly context: RequestContext;
  resolve(result: Requests[RequestName]['result']): void;
  reject(error: LatheError): void;
}

/** Lines of the process's error output that a crash report shows. */
const shownLines = 20;

export class WorkerProcess {
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private readonly lastLines: string[] = [];
  private lastId = 0;
  /** Why the process can answer nothing more. */
  private end: LatheError | undefined;

  constructor(log: (line: string) => void) {
    this.child = fork(findProgram('runtime-worker'), [], {
      serialization: 'advanced',
      // The parent's own options (a debugger's port, a test runner's loader) are not for this program.
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        const text = stripVTControlCharacters(line);
        this.lastLines.push(text);
        if (this.lastLines.length > shownLines) this.lastLines.shift();
        log(text);
      });
      // An idle process must not keep its parent running; while it works, `reference` does.
      (stream as unknown as { unref(): void }).unref();
    }
    this.child.on('message', (message) => this.settle(message as ResponseMessage));
    this.child.on('error', (error) => this.finish(error.message));
    this.child.on('close', (code, signal) => {
      this.finish(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    this.reference();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get alive(): boolean {
    return this.end === undefined;
  }

  /**
   * Asks the process. Throws `RUNTIME_CRASH` when it dies before it answers, `CANCELLED` (and kills the process) when
   * the signal is aborted first, and the error that the process answers with.
   */
  async request<Name extends RequestName>(
    name: Name,
    params: Requests[Name]['params'],
    context: RequestContext,
  ): Promise<Requests[Name]['result']> {
    const { signal } = context;
    throwIfCancelled(signal);
    if (this.end) throw this.end;
    const id = ++this.lastId;
    const abort = (): void => {
      this.pending.get(id)?.reject(cancelled());
      this.pending.delete(id);
      this.kill('was ended because something else was cancelled');
    };
    try {
      return await new Promise<Requests[Name]['result']>((resolve, reject) => {
        this.pending.set(id, { context, resolve, reject });
        signal?.addEventListener('abort', abort, { once: true });
        this.reference();
        const message: RequestMessage<Name> = { id, name, params };
        // A process that is gone is told by its `close`; that the message did not reach it tells nothing more.
        this.child.send(message, () => undefined);
      });
    } finally {
      signal?.removeEventListener('abort', abort);
      this.pending.delete(id);
      this.reference();
    }
  }

  /** Ends the process at once, whatever it does. Requests under way get `RUNTIME_CRASH` with `reason`. */
  kill(reason: string): void {
    this.child.kill('SIGKILL');
    this.finish(reason);
  }

  private settle(message: ResponseMessage): void {
    const pending = this.pending.get(message.id);
    if (!pending) return;
    if ('error' in message) pending.reject(receivedError(message.error, pending.context));
    else pending.resolve(message.result);
  }

  /** Nothing more will be answered: tells everybody who waits. */
  private finish(reason: string): void {
    this.end ??= new LatheError('RUNTIME_CRASH', `The process that runs onnxruntime ended (${reason}).`, {
      detail: this.lastLines.join('\n'),
    });
    for (const waiting of this.pending.values()) waiting.reject(this.crash(reason, waiting.context));
    this.pending.clear();
  }

  private crash(reason: string, { doing, model }: RequestContext): LatheError {
    const killed = reason === 'signal SIGKILL';
    return new LatheError('RUNTIME_CRASH', `onnxruntime crashed (${reason}) when asked to ${doing}.`, {
      detail: this.lastLines.join('\n'),
      fix: killed
        ? 'The system may have ended it for want of memory: close other programs, or use smaller batches.'
        : 'The model makes onnxruntime itself fail: change or keep out the operator that does.',
      ...(model !== undefined && { at: { file: model } }),
    });
  }

  private reference(): void {
    const { channel } = this.child;
    if (this.pending.size > 0) {
      this.child.ref();
      channel?.ref();
    } else {
      this.child.unref();
      channel?.unref();
    }
  }
}

function receivedError(error: WireError, { doing, model }: RequestContext): LatheError {
  if (error.origin === 'onnxruntime') return ortError(error.message, doing, model);
  return new LatheError(error.origin, error.message, {
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.fix !== undefined && { fix: error.fix }),
    ...(error.at && { at: error.at }),
  });
}
