/** Sessions that run on the same feeds, and the observers that look at their values. */

import { LatheError } from '../../errors.ts';
import type { Feeds, TensorValue } from '../../tensor/tensor-value.ts';
import { tapName, tapSession, type Observer, type Tap } from '../observers/observer.ts';
import { createObserver, tapsOf, type ObserverResult, type ObserverSpec } from '../observers/registry.ts';
import type { LoadedSession } from './loaded-session.ts';

interface Watched {
  readonly session: LoadedSession;
  /** Outputs that some observer wants. */
  readonly outputs: Set<string>;
}

export class Observation {
  private readonly watched: readonly Watched[];
  private readonly observers: readonly { readonly observer: Observer<ObserverResult>; readonly taps: readonly Tap[] }[];

  constructor(sessions: readonly LoadedSession[], specs: readonly ObserverSpec[]) {
    this.watched = sessions.map((session) => ({ session, outputs: new Set() }));
    this.observers = specs.map((spec) => ({ observer: createObserver(spec), taps: tapsOf(spec) }));
    for (const { taps } of this.observers) for (const tap of taps) this.want(tap);
  }

  private want(tap: Tap): void {
    const name = tapName(tap);
    const watched = this.watched[tapSession(tap)];
    if (watched?.session.outputs.some((output) => output.name === name)) watched.outputs.add(name);
    // An input is looked at where it comes in.
    else if (!watched?.session.inputs.some((input) => input.name === name)) {
      throw new LatheError('INTERNAL', `"${name}" is no input or output of the observed session: tap it first.`, {
        at: { value: name },
      });
    }
  }

  async observe(feeds: Feeds): Promise<void> {
    const values: ReadonlyMap<string, TensorValue>[] = [];
    for (const { session, outputs } of this.watched) {
      values.push(outputs.size === 0 ? new Map() : await session.run(feeds, [...outputs]));
    }
    for (const { observer, taps } of this.observers) {
      observer.update(taps.map((tap) => valueOf(tap, values[tapSession(tap)]!, feeds)));
    }
  }

  results(): ObserverResult[] {
    return this.observers.map(({ observer }) => observer.result());
  }
}

function valueOf(tap: Tap, outputs: ReadonlyMap<string, TensorValue>, feeds: Feeds): TensorValue {
  const name = tapName(tap);
  const value = outputs.get(name) ?? feeds[name];
  if (!value) throw new LatheError('RUNTIME', `The input "${name}" is missing.`, { at: { value: name } });
  return value;
}
