/** One way of pruning: what the step `prune` does for one of its methods. */

import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import type { PassContext, PassPlan, PassResult } from '../pass.ts';
import type { PruneOptions } from './options.ts';

export interface PruneWay {
  plan(model: Model, options: PruneOptions, target: Target): PassPlan;
  apply(model: Model, options: PruneOptions, context: PassContext): Promise<PassResult>;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
