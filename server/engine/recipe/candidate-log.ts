/** Every model that a run measured: what a chart of size against accuracy is made of. */

import type { CandidateResult } from '../../../protocol/results/run.ts';
import { storedTensorBytes } from '../formats/onnx/model-tensors.ts';
import type { Model } from '../model/model.ts';
import type { Verdict } from '../passes/pass.ts';

export class CandidateLog {
  // By weak reference: candidates are large, and only their figures are wanted.
  private readonly places = new WeakMap<Model, number>();
  private readonly entries: Omit<CandidateResult, 'chosen'>[] = [];
  private readonly allows: (verdict: Verdict) => boolean;

  /** @param allows whether the goal allows a verdict */
  constructor(allows: (verdict: Verdict) => boolean) {
    this.allows = allows;
  }

  /** Notes a model the first time it is measured. */
  add(model: Model, step: string, verdict: Verdict): void {
    if (this.places.has(model)) return;
    this.places.set(model, this.entries.length);
    this.entries.push({
      step,
      weightBytes: storedTensorBytes(model),
      value: verdict.value,
      drop: verdict.drop,
      dropCi95: verdict.dropCi95,
      allowed: this.allows(verdict),
    });
  }

  /** In the order in which they were measured; `chosen` is the one that is delivered. */
  results(chosen: Model): CandidateResult[] {
    const place = this.places.get(chosen);
    return this.entries.map((entry, i) => ({ ...entry, chosen: i === place }));
  }
}
