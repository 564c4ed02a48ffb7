/** A model loaded in the runtime's process. */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LatheError } from '../errors.ts';
import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import { checkFeeds } from './feeds.ts';
import type { ObserverResult, ObserverSpec } from './observers/registry.ts';
import type { ValueMeta } from './protocol.ts';
import type { RequestContext, WorkerProcess } from './worker-process.ts';

/**
 * Calls throw `RUNTIME` for what onnxruntime refuses, `RUNTIME_CRASH` when its process died (also when it died before
 * the call: load the model again), and `CANCELLED`. Cancelling ends the process, and with it all its sessions.
 */
export interface Session {
  /** What must be fed. */
  readonly inputs: readonly ValueMeta[];
  readonly outputs: readonly ValueMeta[];
  /** All outputs, or those named. */
  run(feeds: Feeds, outputs?: readonly string[], signal?: AbortSignal): Promise<Record<string, TensorValue>>;
  /**
   * Keeps values in the process for inputs that change seldom or come from outputs: a state. They are fed with every
   * `advance`, until they are replaced.
   */
  hold(values: Feeds, signal?: AbortSignal): Promise<void>;
  /**
   * Runs on `feeds` and on what is held, and gives `outputs`. Each output that `carried` names is held from now on as
   * the input that it stands for: it does not leave the process.
   */
  advance(
    feeds: Feeds,
    outputs: readonly string[],
    carried: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Record<string, TensorValue>>;
  /** What is held for the inputs `names`. */
  held(names: readonly string[], signal?: AbortSignal): Promise<Record<string, TensorValue>>;
  /** Observes this session alone with `observers` from now on, anew: see `Runtime.observe` for several. */
  register(observers: readonly ObserverSpec[], signal?: AbortSignal): Promise<void>;
  /** Runs, and lets the registered observers see the values: none of them leaves the process. */
  observe(feeds: Feeds, signal?: AbortSignal): Promise<void>;
  /** What the registered observers have seen so far, in their order. */
  collect(): Promise<readonly ObserverResult[]>;
  /** Keeps `feeds` in the process, for `time`. */
  prepareTiming(feeds: Feeds, signal?: AbortSignal): Promise<void>;
  /** Milliseconds of each of `runs` runs on the feeds kept, measured in the process: nothing leaves it. */
  time(runs: number, signal?: AbortSignal): Promise<Float64Array>;
  /** Ends profiling; the JSON text that onnxruntime wrote. Only for sessions loaded with `profile`. */
  endProfile(signal?: AbortSignal): Promise<string>;
  /** Frees the model. Harmless when the process is gone or the session released already. */
  release(): Promise<void>;
}

/** Sessions observed together, on the same feeds. */
export interface Observation {
  observe(feeds: Feeds, signal?: AbortSignal): Promise<void>;
  collect(): Promise<readonly ObserverResult[]>;
  close(): Promise<void>;
}

export interface SessionFields {
  readonly worker: WorkerProcess;
  readonly id: number;
  readonly inputs: readonly ValueMeta[];
  readonly outputs: readonly ValueMeta[];
  /** Path of the model, when it has one. */
  readonly model: string | undefined;
  /** Holds the profile, the model or both until the session is released. */
  readonly folder: string | undefined;
  readonly profiled: boolean;
}

export class RemoteSession implements Session {
  readonly inputs: readonly ValueMeta[];
  readonly outputs: readonly ValueMeta[];
  readonly worker: WorkerProcess;
  readonly id: number;
  private readonly fields: SessionFields;
  private registered: RemoteObservation | undefined;
  /** Inputs that the process holds values for. */
  private readonly holding = new Set<string>();
  private released = false;

  constructor(fields: SessionFields) {
    this.fields = fields;
    this.worker = fields.worker;
    this.id = fields.id;
    this.inputs = fields.inputs;
    this.outputs = fields.outputs;
  }

  async run(feeds: Feeds, outputs?: readonly string[], signal?: AbortSignal): Promise<Record<string, TensorValue>> {
    checkFeeds([this.inputs], feeds);
    return this.worker.request('run', { session: this.id, feeds, outputs }, this.context(signal));
  }

  async hold(values: Feeds, signal?: AbortSignal): Promise<void> {
    const names = new Set(Object.keys(values));
    checkFeeds([this.inputs.filter(({ name }) => names.has(name))], values);
    await this.worker.request('hold', { session: this.id, values }, this.context(signal));
    for (const name of names) this.holding.add(name);
  }

  async advance(
    feeds: Feeds,
    outputs: readonly string[],
    carried: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Record<string, TensorValue>> {
    checkFeeds([this.inputs.filter(({ name }) => name in feeds || !this.holding.has(name))], feeds);
    return this.worker.request('advance', { session: this.id, feeds, outputs, carried }, this.context(signal));
  }

  async held(names: readonly string[], signal?: AbortSignal): Promise<Record<string, TensorValue>> {
    return this.worker.request('held', { session: this.id, names }, this.context(signal));
  }

  async register(observers: readonly ObserverSpec[], signal?: AbortSignal): Promise<void> {
    await this.registered?.close();
    this.registered = await RemoteObservation.open([this], observers, signal);
  }

  async observe(feeds: Feeds, signal?: AbortSignal): Promise<void> {
    await this.observation().observe(feeds, signal);
  }

  async collect(): Promise<readonly ObserverResult[]> {
    return this.observation().collect();
  }

  private observation(): RemoteObservation {
    if (!this.registered) throw new LatheError('INTERNAL', 'No observers are registered.');
    return this.registered;
  }

  async prepareTiming(feeds: Feeds, signal?: AbortSignal): Promise<void> {
    checkFeeds([this.inputs], feeds);
    await this.worker.request('prepareTiming', { session: this.id, feeds }, this.context(signal));
  }

  async time(runs: number, signal?: AbortSignal): Promise<Float64Array> {
    return this.worker.request('time', { session: this.id, runs }, this.context(signal));
  }

  async endProfile(signal?: AbortSignal): Promise<string> {
    const { folder, profiled } = this.fields;
    if (!profiled || folder === undefined) throw new LatheError('INTERNAL', 'The session has no profile.');
    await this.worker.request('endProfile', { session: this.id }, this.context(signal));
    const file = (await readdir(folder)).find((name) => name.endsWith('.json'));
    if (file === undefined) throw new LatheError('RUNTIME', 'onnxruntime wrote no profile.');
    return readFile(join(folder, file), 'utf8');
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    try {
      await this.registered?.close();
      if (this.worker.alive) await this.worker.request('release', { session: this.id }, this.context());
    } finally {
      const { folder } = this.fields;
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }

  context(signal?: AbortSignal): RequestContext {
    return { doing: 'run the model', model: this.fields.model, signal };
  }
}

export class RemoteObservation implements Observation {
  private readonly sessions: readonly RemoteSession[];
  private readonly id: number;

  private constructor(sessions: readonly RemoteSession[], id: number) {
    this.sessions = sessions;
    this.id = id;
  }

  static async open(
    sessions: readonly RemoteSession[],
    observers: readonly ObserverSpec[],
    signal?: AbortSignal,
  ): Promise<RemoteObservation> {
    const [first] = sessions;
    if (!first || sessions.some(({ worker }) => worker !== first.worker)) {
      throw new LatheError('INTERNAL', 'Sessions that are observed together must be of one runtime process.');
    }
    const params = { sessions: sessions.map(({ id }) => id), observers };
    const { observation } = await first.worker.request('openObservation', params, first.context(signal));
    return new RemoteObservation(sessions, observation);
  }

  async observe(feeds: Feeds, signal?: AbortSignal): Promise<void> {
    checkFeeds(this.sessions.map(({ inputs }) => inputs), feeds);
    await this.first.worker.request('observe', { observation: this.id, feeds }, this.first.context(signal));
  }

  async collect(): Promise<readonly ObserverResult[]> {
    return this.first.worker.request('collect', { observation: this.id }, this.first.context());
  }

  async close(): Promise<void> {
    const { worker } = this.first;
    if (worker.alive) await worker.request('closeObservation', { observation: this.id }, this.first.context());
  }

  private get first(): RemoteSession {
    return this.sessions[0]!;
  }
}
