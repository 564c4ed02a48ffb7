/** Puts good weights on disk while training goes on, without measuring all the time. */

import type { Model } from '../../model/model.ts';
import type { Judge } from '../pass.ts';

/** Measuring takes at most one part in so many of the time. */
const share = 5;

export class KeptSometimes {
  private readonly judge: Judge;
  private last = performance.now();
  private cost = 0;

  constructor(judge: Judge) {
    this.judge = judge;
  }

  /** Measures `model` on the evaluation data and offers it, unless that was done a short time ago. */
  async offer(model: Model): Promise<void> {
    const started = performance.now();
    if (started - this.last < share * this.cost) return;
    await this.judge.keep(model, await this.judge.evaluate(model));
    this.last = performance.now();
    this.cost = this.last - started;
  }
}
