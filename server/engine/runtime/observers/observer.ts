/**
 * What an observer is: it sees tensors go by, run after run, and keeps a summary whose size does not depend on how
 * many there were. A new kind of observer is one file and one entry in `registry.ts`.
 */

import type { TensorValue } from '../../tensor/tensor-value.ts';

/** A value to look at: its name in the first observed session, or in another one of those observed together. */
export type Tap = string | { readonly session: number; readonly value: string };

/** What every observer's specification begins with. */
export interface Spec<Kind extends string = string> {
  readonly kind: Kind;
  /** The value that the result is about. */
  readonly tap: Tap;
}

/** What every observer's result begins with. */
export interface Result<Kind extends string = string> {
  readonly kind: Kind;
  /** Name of the value that was observed. */
  readonly tap: string;
}

export interface Observer<R extends Result> {
  /** Takes one run's values of the taps, in their order. Tensors may be views: do not keep them. */
  update(values: readonly TensorValue[]): void;
  /** The summary of all runs so far. */
  result(): R;
}

export interface ObserverDefinition<S extends Spec, R extends Result> {
  /** Every value that `update` wants, `spec.tap` first. */
  taps(spec: S): readonly Tap[];
  /** Throws `INTERNAL` for options that make no sense. */
  create(spec: S): Observer<R>;
}

export function tapName(tap: Tap): string {
  return typeof tap === 'string' ? tap : tap.value;
}

/** Which of the sessions observed together a tap belongs to. */
export function tapSession(tap: Tap): number {
  return typeof tap === 'string' ? 0 : tap.session;
}
