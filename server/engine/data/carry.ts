/** Recurrent state: what a model hands from one sample to the next. */

import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import type { Dataset, Sample } from './dataset.ts';

/**
 * Keeps the state between samples that run in order. A sample of another group than the one before starts afresh, with
 * the state in its own feeds.
 */
export class CarriedState {
  private readonly carry: readonly (readonly [input: string, output: string])[];
  private group: string | undefined;
  private state: Readonly<Record<string, TensorValue>> = {};

  constructor(dataset: Dataset) {
    this.carry = Object.entries(dataset.carry ?? {});
  }

  /** `true` when samples depend on those before them: they must not be batched or reordered. */
  get active(): boolean {
    return this.carry.length > 0;
  }

  /** What to feed for `sample`, which comes next. */
  feedsFor(sample: Sample): Feeds {
    if (!this.active) return sample.feeds;
    if (sample.group !== this.group) {
      this.group = sample.group;
      this.state = {};
    }
    return { ...sample.feeds, ...this.state };
  }

  /** Takes the state from the outputs of the sample that was fed last. */
  keep(outputs: Readonly<Record<string, TensorValue>>): void {
    if (!this.active) return;
    this.state = Object.fromEntries(this.carry.flatMap(([input, output]) => {
      const value = outputs[output];
      return value ? [[input, value]] : [];
    }));
  }
}
