/** Every kind of observer. */

import { channelMeanObserver } from './channel-mean.ts';
import { errorObserver } from './error.ts';
import { gramObserver } from './gram.ts';
import { histogramObserver } from './histogram.ts';
import type { Observer, ObserverDefinition, Tap } from './observer.ts';
import { rangeObserver } from './range.ts';
import { regressionObserver } from './regression.ts';

const definitions = {
  range: rangeObserver,
  histogram: histogramObserver,
  'channel-mean': channelMeanObserver,
  error: errorObserver,
  gram: gramObserver,
  regression: regressionObserver,
} as const;

type Definitions = typeof definitions;

/** What to observe: `kind` says how, `tap` what. */
export type ObserverSpec = {
  [Kind in keyof Definitions]: Parameters<Definitions[Kind]['create']>[0];
}[keyof Definitions];

/** What was observed; `kind` as in the specification. */
export type ObserverResult = {
  [Kind in keyof Definitions]: ReturnType<ReturnType<Definitions[Kind]['create']>['result']>;
}[keyof Definitions];

function definitionOf(spec: ObserverSpec): ObserverDefinition<ObserverSpec, ObserverResult> {
  return definitions[spec.kind];
}

export function createObserver(spec: ObserverSpec): Observer<ObserverResult> {
  return definitionOf(spec).create(spec);
}

/** Every value that the observer of `spec` wants, in the order in which it takes them. */
export function tapsOf(spec: ObserverSpec): readonly Tap[] {
  return definitionOf(spec).taps(spec);
}
