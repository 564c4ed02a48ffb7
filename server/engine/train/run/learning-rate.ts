/** The learning rate of each step: a linear warm-up (Goyal et al. 2017), half a cosine (Loshchilov and Hutter 2017). */

/** Steps of the warm-up, as a share of all and at most. */
const warmUpShare = 1 / 20;
const longestWarmUp = 200;

/** Where the cosine ends, as a share of the peak. */
const lowest = 1 / 100;

export interface Schedule {
  readonly steps: number;
  /** The largest learning rate. */
  readonly peak: number;
  readonly warmUpSteps: number;
}

export function cosineSchedule(steps: number, peak: number, warmUpSteps?: number): Schedule {
  const usual = Math.min(longestWarmUp, Math.round(steps * warmUpShare));
  return { steps, peak, warmUpSteps: Math.min(steps - 1, warmUpSteps ?? usual) };
}

/** @param step counts from 0 */
export function learningRateAt({ steps, peak, warmUpSteps }: Schedule, step: number): number {
  if (step < warmUpSteps) return (peak * (step + 1)) / (warmUpSteps + 1);
  const done = (step - warmUpSteps) / Math.max(1, steps - 1 - warmUpSteps);
  return peak * (lowest + (1 - lowest) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done))));
}
