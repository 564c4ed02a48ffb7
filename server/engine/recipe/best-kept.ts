/** The best result so far, always on disk: a run that is cancelled or fails late leaves what it had reached. */

import type { Model } from '../model/model.ts';
import type { Verdict } from '../passes/pass.ts';

/** A candidate and what the metric says of it; without evaluation data there is no verdict. */
export interface Candidate {
  readonly model: Model;
  readonly verdict: Verdict | undefined;
}

export class BestKept {
  private readonly maxDrop: number;
  private readonly write: (model: Model) => void;
  private current: Candidate | undefined;

  /**
   * @param maxDrop the largest drop that the goal allows
   * @param write puts a model where the result goes, whole or not at all
   */
  constructor(maxDrop: number, write: (model: Model) => void) {
    this.maxDrop = maxDrop;
    this.write = write;
  }

  get candidate(): Candidate | undefined {
    return this.current;
  }

  /** `true` when the goal allows what the verdict says; without a verdict nothing speaks against it. */
  allows(verdict: Verdict | undefined): boolean {
    return verdict === undefined || verdict.drop <= this.maxDrop;
  }

  /**
   * Keeps `candidate` unless what is kept is better: within the goal the later one counts, since whoever offers it has
   * compared it; outside of the goal the smaller drop does.
   */
  offer(candidate: Candidate): void {
    const { current } = this;
    if (current && !this.allows(candidate.verdict)) {
      if (this.allows(current.verdict)) return;
      if (current.verdict && candidate.verdict && candidate.verdict.drop >= current.verdict.drop) return;
    }
    this.replace(candidate);
  }

  /** Keeps `candidate` whatever was kept before. */
  replace(candidate: Candidate): void {
    if (this.current?.model !== candidate.model) this.write(candidate.model);
    this.current = candidate;
  }
}
