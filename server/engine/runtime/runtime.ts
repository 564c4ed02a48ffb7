/**
 * Runs models, in a process of its own that may crash or be killed without taking this one along. The engine's only
 * door to onnxruntime.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LatheError, throwIfCancelled } from '../errors.ts';
import { physicalCores } from './cores.ts';
import { needsFile, sendModel, type ModelSource } from './model-source.ts';
import type { ObserverSpec } from './observers/registry.ts';
import type { LoadOptions, Memory, OptimizationLevel } from './protocol.ts';
import { RemoteObservation, RemoteSession, type Observation, type Session } from './session.ts';
import { WorkerProcess } from './worker-process.ts';

export type { Observation, Session } from './session.ts';
export type { ModelSource } from './model-source.ts';
export type { Memory, OptimizationLevel, ValueMeta } from './protocol.ts';

export interface RuntimeOptions {
  /** Threads of a session unless its options say otherwise: as many as there are physical cores unless told. */
  readonly threads?: number;
  /** Where large models and profiles are put for a while; the system's folder unless told. */
  readonly tempDir?: string;
  /** Told what onnxruntime and the process say: warnings mostly, nothing for the user. */
  readonly log?: (line: string) => void;
}

export interface SessionOptions {
  readonly threads?: number;
  /** An execution provider, from `providers()`; 'cpu' unless told. The CPU takes what another provider does not. */
  readonly provider?: string;
  /** 'all' unless told. */
  readonly optimization?: OptimizationLevel;
  /** Where to write the graph as onnxruntime rewrote it. */
  readonly optimizedModelPath?: string;
  /** Records the time of every node, for `Session.endProfile`. */
  readonly profile?: boolean;
  /** Whether idle threads spin: a little faster on an idle machine, three times slower on a busy one. */
  readonly spinning?: boolean;
  /** Plans memory at load time: same speed, twice the peak memory. */
  readonly memPattern?: boolean;
}

export class Runtime {
  private readonly options: RuntimeOptions;
  private readonly folders = new Set<string>();
  private worker: WorkerProcess | undefined;
  private known: readonly string[] | undefined;
  private closed = false;

  private constructor(options: RuntimeOptions) {
    this.options = options;
  }

  /** Starts the process. Throws `RUNTIME` when onnxruntime cannot be loaded on this machine. */
  static async start(options: RuntimeOptions = {}): Promise<Runtime> {
    const runtime = new Runtime(options);
    await runtime.providers();
    return runtime;
  }

  /** `false` when the process crashed or was killed; the next `load` starts another. */
  get alive(): boolean {
    return this.worker?.alive ?? false;
  }

  /** The process's number while it is alive. */
  get pid(): number | undefined {
    return this.worker?.alive ? this.worker.pid : undefined;
  }

  /** Names of the execution providers that this build of onnxruntime has; a machine may lack what one of them needs. */
  async providers(): Promise<readonly string[]> {
    try {
      this.known ??= await this.process().request('providers', null, { doing: 'start' });
      return this.known;
    } catch (error) {
      if (!(error instanceof LatheError) || error.code !== 'RUNTIME_CRASH') throw error;
      throw new LatheError('RUNTIME', 'onnxruntime cannot be started on this machine.', {
        ...(error.detail !== undefined && { detail: error.detail }),
        cause: error,
      });
    }
  }

  /**
   * Loads a model. Throws `USAGE` for an unknown provider, `FILE` for a path without a file, `RUNTIME` when onnxruntime
   * does not accept the model, `RUNTIME_CRASH` when it dies of it, and `CANCELLED`.
   */
  async load(source: ModelSource, options: SessionOptions = {}, signal?: AbortSignal): Promise<Session> {
    throwIfCancelled(signal);
    if (options.provider !== undefined) await this.checkProvider(options.provider);
    const profiled = options.profile ?? false;
    const inFile = needsFile(source);
    const folder = profiled || inFile ? await this.folder() : undefined;
    try {
      const { sent, path } = await sendModel(source, inFile ? folder : undefined);
      const worker = this.process();
      const params = { source: sent, options: this.loadOptions(options, folder) };
      const context = { doing: 'load the model', model: path, signal } as const;
      const { session, ...values } = await worker.request('load', params, context);
      return new RemoteSession({ worker, id: session, ...values, model: path, folder, profiled });
    } catch (error) {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Observes sessions of this runtime that are run on the same feeds, so that observers may compare their values: a
   * tap's `session` is an index into `sessions`. A session is run only when a tap wants one of its outputs.
   */
  async observe(
    sessions: readonly Session[],
    observers: readonly ObserverSpec[],
    signal?: AbortSignal,
  ): Promise<Observation> {
    const remote = sessions.filter((session) => session instanceof RemoteSession);
    return RemoteObservation.open(remote, observers, signal);
  }

  /** What the process holds. */
  async memory(signal?: AbortSignal): Promise<Memory> {
    return this.process().request('memory', null, { doing: 'start', signal });
  }

  /** Ends the process and removes what it left behind. */
  async close(): Promise<void> {
    this.closed = true;
    this.worker?.kill('was closed');
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true });
  }

  /** onnxruntime takes the CPU without a word for a provider that it does not know. */
  private async checkProvider(provider: string): Promise<void> {
    const providers = await this.providers();
    if (providers.includes(provider)) return;
    throw new LatheError('USAGE', `There is no execution provider "${provider}" here.`, {
      fix: `Use one of: ${providers.join(', ')}.`,
    });
  }

  private process(): WorkerProcess {
    if (this.closed) throw new LatheError('INTERNAL', 'The runtime is closed.');
    if (!this.worker?.alive) this.worker = new WorkerProcess(this.options.log ?? (() => undefined));
    return this.worker;
  }

  private loadOptions(options: SessionOptions, folder: string | undefined): LoadOptions {
    const { optimizedModelPath } = options;
    return {
      threads: options.threads ?? this.options.threads ?? physicalCores(),
      provider: options.provider ?? 'cpu',
      optimization: options.optimization ?? 'all',
      spinning: options.spinning ?? false,
      memPattern: options.memPattern ?? false,
      ...(optimizedModelPath !== undefined && { optimizedModelPath: resolve(optimizedModelPath) }),
      ...(options.profile && folder !== undefined && { profilePrefix: join(folder, 'profile') }),
    };
  }

  private async folder(): Promise<string> {
    const folder = await mkdtemp(join(this.options.tempDir ?? tmpdir(), 'lathe-'));
    this.folders.add(folder);
    return folder;
  }
}

/** Runs `work` with a runtime of its own, which ends with it. */
export async function withRuntime<T>(options: RuntimeOptions, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await Runtime.start(options);
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}
