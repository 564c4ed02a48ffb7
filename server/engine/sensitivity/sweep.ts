/**
 * Runs many variants of a network on a sample for little more than the parts that differ. The network itself runs once
 * and its values at the boundaries are kept; a variant runs its own part from the boundary before the change to the
 * one behind it, and the network's own rest from there. A rest serves all variants that end at its boundary.
 */

import type { Model } from '../model/model.ts';
import { openRelay, type OutputError, type Relay } from '../runtime/relay.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import { withOutputs } from '../passes/observe.ts';
import type { Cuts } from './boundaries.ts';
import { sectionOf } from './section.ts';

export type Outputs = Readonly<Record<string, TensorValue>>;

/** A variant that is loaded: what `Sweep.run` takes. */
export interface Variant {
  /** What running it costs, as a share of running the network. */
  readonly cost: number;
  readonly sessions: readonly Session[];
}

export interface VariantRun {
  /** All outputs of the network, where they were wanted. */
  readonly outputs: Outputs | undefined;
  /** Of the outputs that the change reaches. */
  readonly errors: Readonly<Record<string, OutputError>>;
}

export interface SweepOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

export class Sweep {
  private readonly runtime: Runtime;
  private readonly base: Model;
  private readonly cuts: Cuts;
  private readonly options: SweepOptions;
  private readonly relay: Relay;
  private readonly loaded: Session[];
  /** By boundary: the network from there to its outputs. */
  private readonly rests = new Map<number, Session>();
  private current: Outputs = {};

  private constructor(
    runtime: Runtime,
    base: Model,
    cuts: Cuts,
    options: SweepOptions,
    relay: Relay,
    session: Session,
  ) {
    this.runtime = runtime;
    this.base = base;
    this.cuts = cuts;
    this.options = options;
    this.relay = relay;
    this.loaded = [session];
  }

  /** @param base a form of the network that `cuts` were made for: float, or quantized with the same value names */
  static async open(runtime: Runtime, base: Model, cuts: Cuts, options: SweepOptions): Promise<Sweep> {
    const outputs = new Set(base.graph.outputs.map(({ name }) => name));
    const inputs = new Set(base.graph.inputs.map(({ name }) => name));
    const kept = [...new Set(cuts.boundaries.flatMap(({ values }) => values))]
      .filter((name) => !outputs.has(name) && !inputs.has(name));
    const { threads, signal } = options;
    const session = await runtime.load(withOutputs(base, kept), { threads }, signal);
    const relay = await openRelay(session, kept, signal);
    return new Sweep(runtime, base, cuts, options, relay, session);
  }

  /**
   * Loads a variant.
   *
   * @param model the whole network, changed somewhere
   * @param first index of the first node that is changed, in the network that `cuts` were made for
   * @param last index of the last one
   */
  async load(model: Model, first: number, last: number): Promise<Variant> {
    const { boundaries, costs, typeOf } = this.cuts;
    const from = boundaries.findLastIndex(({ position }) => position <= first);
    const to = boundaries.findIndex(({ position }) => position > last);
    const start = boundaries[from]!;
    const end = boundaries[to]!;
    // Values that were alive before the part and stay so are the base's own; outputs of the network may lie in it.
    const passing = new Set(start.values);
    const ownOutputs = [...new Set([
      ...end.values.filter((name) => !passing.has(name)),
      ...this.outputsWithin(start.position, end.position),
    ])];
    const session = await this.session(sectionOf(model, start.values, ownOutputs, typeOf));
    const rest = end.values.length === 0 ? undefined : await this.rest(to);
    const cost = costs.slice(start.position).reduce((a, b) => a + b, 0);
    return { cost, sessions: rest ? [session, rest] : [session] };
  }

  /** Outputs of the network that nodes of a part make. */
  private outputsWithin(from: number, to: number): string[] {
    // The quantized forms have other nodes, but the values between them have the names of the float network.
    const made = new Set(this.cuts.nodeOutputs.slice(from, to).flat());
    return this.base.graph.outputs.map(({ name }) => name).filter((name) => made.has(name));
  }

  private async rest(to: number): Promise<Session> {
    const known = this.rests.get(to);
    if (known) return known;
    const { boundaries, typeOf } = this.cuts;
    const behind = this.outputsWithin(boundaries[to]!.position, Infinity);
    const rest = await this.session(sectionOf(this.base, boundaries[to]!.values, behind, typeOf));
    this.rests.set(to, rest);
    return rest;
  }

  private async session(model: Model): Promise<Session> {
    const { threads, signal } = this.options;
    const session = await this.runtime.load(model, { threads }, signal);
    this.loaded.push(session);
    return session;
  }

  /** Runs the network on a sample; its outputs. */
  async begin(feeds: Feeds): Promise<Outputs> {
    this.current = await this.relay.begin(feeds, this.options.signal);
    return this.current;
  }

  /**
   * Runs a variant on that sample.
   *
   * @param wanted whether its outputs are needed besides their errors
   */
  async run({ sessions }: Variant, wanted: boolean): Promise<VariantRun> {
    const { outputs, errors } = await this.relay.branch(sessions, wanted, this.options.signal);
    return { outputs: wanted ? { ...this.current, ...outputs } : undefined, errors };
  }

  async close(): Promise<void> {
    await this.relay.close();
    for (const session of this.loaded) await session.release();
  }
}
