/** Observing values inside a model, or two models side by side, while data runs through. */

import { CarriedState } from '../data/carry.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../model/model.ts';
import { throwIfCancelled } from '../errors.ts';
import type { ObserverResult, ObserverSpec } from '../runtime/observers/registry.ts';
import type { Session } from '../runtime/runtime.ts';
import type { PassContext } from './pass.ts';

/** How many values are observed in one run of the model: bounds the memory of one run. */
const valuesAtOnce = 128;

/** `model` with `values` among its outputs, where they are made by a node of its main graph. */
export function withOutputs(model: Model, values: Iterable<string>): Model {
  const copy = model.clone();
  const present = new Set(copy.graph.outputs.map((o) => o.name));
  const made = new Set(copy.graph.nodes.flatMap((node) => node.outputs));
  for (const name of values) {
    if (!present.has(name) && made.has(name)) copy.graph.outputs.push({ name });
    present.add(name);
  }
  return copy;
}

type OneModelSpec = ObserverSpec & { readonly tap: string };

/** Runs `model` over `data` with `specs`, in as many rounds as the number of values asks for. */
export async function observeModel(
  model: Model,
  specs: readonly OneModelSpec[],
  data: Dataset,
  context: PassContext,
  phase: string,
): Promise<ObserverResult[]> {
  const rounds = chunks(specs, valuesAtOnce);
  const results: ObserverResult[] = [];
  const runtime = await context.runtime();
  for (const [i, round] of rounds.entries()) {
    const tapped = withOutputs(model, new Set(round.map((spec) => spec.tap)));
    // Rewrites beyond the basic ones would be undone by the taps anyway, and take time.
    const session = await runtime.load(tapped, { threads: context.threads, optimization: 'basic' }, context.signal);
    try {
      await session.register(round, context.signal);
      const state = new CarriedState(data);
      const carried = Object.values(data.carry ?? {});
      let done = 0;
      for await (const sample of data.samples(context.signal ? { signal: context.signal } : {})) {
        throwIfCancelled(context.signal);
        const feeds = state.feedsFor(sample);
        await session.observe(feeds, context.signal);
        if (state.active) state.keep(await session.run(feeds, carried, context.signal));
        done += 1;
        context.progress(phase, i * data.size + done, rounds.length * data.size);
      }
      results.push(...(await session.collect()));
    } finally {
      await session.release();
    }
  }
  return results;
}

export type ValueErrors = Map<string, Extract<ObserverResult, { kind: 'error' }>>;

/** Error of values of `candidate` against those of the same names in `reference`, over the first `limit` samples. */
export async function compareModels(
  reference: Model | Session,
  candidate: Model,
  values: readonly string[],
  data: Dataset,
  limit: number,
  context: PassContext,
): Promise<ValueErrors> {
  const [errors] = await compareAll(reference, [candidate], values, data, limit, context);
  return errors!;
}

/** The same for several candidates side by side: the reference runs once for all of them. */
export async function compareAll(
  reference: Model | Session,
  candidates: readonly Model[],
  values: readonly string[],
  data: Dataset,
  limit: number,
  context: PassContext,
): Promise<ValueErrors[]> {
  const runtime = await context.runtime();
  const loaded: Session[] = [];
  const load = async (model: Model): Promise<Session> => {
    const session = await runtime.load(withOutputs(model, values), { threads: context.threads }, context.signal);
    loaded.push(session);
    return session;
  };
  try {
    const first = 'run' in reference ? reference : await load(reference);
    const others: Session[] = [];
    for (const candidate of candidates) others.push(await load(candidate));
    const observation = await runtime.observe(
      [first, ...others],
      candidates.flatMap((_, i) => values.map((value) =>
        ({ kind: 'error', tap: { value, session: i + 1 }, reference: { value, session: 0 } }) as const)),
      context.signal,
    );
    const state = new CarriedState(data);
    const carried = Object.values(data.carry ?? {});
    for await (const sample of data.samples({ end: limit, ...(context.signal && { signal: context.signal }) })) {
      throwIfCancelled(context.signal);
      const feeds = state.feedsFor(sample);
      await observation.observe(feeds, context.signal);
      if (state.active) state.keep(await first.run(feeds, carried, context.signal));
    }
    const results = await observation.collect();
    await observation.close();
    return candidates.map((_, i) => {
      const errors: ValueErrors = new Map();
      for (const result of results.slice(i * values.length, (i + 1) * values.length)) {
        if (result.kind === 'error') errors.set(result.tap, result);
      }
      return errors;
    });
  } finally {
    for (const session of loaded) await session.release();
  }
}

/**
 * The mean SQNR of the values, in dB: those that came out exactly equal count as very good, those that are not numbers
 * as very bad.
 */
export function meanDb(errors: ValueErrors): number {
  let sum = 0;
  for (const { sqnrDb } of errors.values()) sum += Number.isNaN(sqnrDb) ? -100 : Math.min(150, sqnrDb);
  return sum / errors.size;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < items.length; i += size) out.push(items.slice(i, i + size));
  return out;
}
