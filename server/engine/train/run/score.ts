/** What the held-out samples say of a model. */

export interface Score {
  /** Higher is better. */
  readonly value: number;
  /** Tells models apart that `value` calls equal. */
  readonly loss: number;
}

export function isBetter(a: Score, b: Score | undefined): boolean {
  if (!Number.isFinite(a.loss)) return false;
  return !b || a.value > b.value || (a.value === b.value && a.loss < b.loss);
}
