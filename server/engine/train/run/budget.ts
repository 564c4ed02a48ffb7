/** How many steps a run makes, and how often it looks at the held-out samples. */

export interface Budget {
  /** Passes over the training data; goes before `minutes`. */
  readonly epochs?: number | undefined;
  readonly minutes?: number | undefined;
}

export interface Plan {
  readonly steps: number;
  readonly every: number;
}

/** Looks at the held-out samples in a whole run, at most. */
const mostLooks = 20;

/** With a time to keep, looking may take this share of it. */
const lookingShare = 0.2;

const fewestStepsBetween = 10;

/** @param msPerLook how long one look takes; 0 without held-out samples */
export function planSteps(budget: Budget, perEpoch: number, msPerStep: number, msPerLook: number): Plan {
  if (budget.epochs !== undefined) {
    const steps = Math.max(1, Math.round(budget.epochs * perEpoch));
    return { steps, every: between(steps, Math.max(perEpoch / 2, steps / mostLooks)) };
  }
  const time = (budget.minutes ?? 0) * 60_000;
  const looks = Math.min(mostLooks, Math.max(1, Math.floor((lookingShare * time) / Math.max(msPerLook, 1))));
  const steps = Math.max(1, Math.floor((time - looks * msPerLook) / Math.max(msPerStep, 1e-3)));
  return { steps, every: between(steps, steps / looks) };
}

function between(steps: number, wanted: number): number {
  return Math.min(steps, Math.max(fewestStepsBetween, Math.ceil(wanted)));
}
