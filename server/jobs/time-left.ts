/** How long a run will still take: by the phases of an earlier run like it, else by the pace of the phase it is in. */

/** Milliseconds that a run spent in each phase. */
export type PhaseTimes = Readonly<Record<string, number>>;

/** Guesses from less than this are wrong more often than not. */
const estimateAfterMs = 1000;

export class TimeLeft {
  private readonly expected: PhaseTimes | undefined;
  private readonly now: () => number;
  private readonly spent = new Map<string, number>();
  private phase: string | undefined;
  private phaseStart = 0;
  /** Steps done when the phase began. */
  private firstDone = 0;
  private lastDone = 0;

  /** @param expected of an earlier run of the same kind on the same model */
  constructor(expected: PhaseTimes | undefined, now: () => number = Date.now) {
    this.expected = expected;
    this.now = now;
  }

  /** Milliseconds left, or undefined where there is nothing to go by. `total` 0: not known. */
  update(phase: string, done: number, total: number): number | undefined {
    const time = this.now();
    // A phase may come again: the next candidate is measured.
    if (phase !== this.phase || done < this.lastDone) {
      this.close(time);
      this.phase = phase;
      this.phaseStart = time;
      this.firstDone = done;
    }
    this.lastDone = done;
    const inPhase = time - this.phaseStart;
    const steps = done - this.firstDone;
    const byPace = total > 0 && steps > 0 && inPhase > estimateAfterMs
      ? (inPhase / steps) * Math.max(0, total - done)
      : undefined;
    if (!this.expected) return byPace;
    let left = 0;
    for (const [name, expected] of Object.entries(this.expected)) {
      const before = this.spent.get(name) ?? 0;
      left += Math.max(0, expected - before - (name === phase ? inPhase : 0));
    }
    return Math.max(left, byPace ?? 0);
  }

  /** Ends the last phase. */
  finish(): PhaseTimes {
    this.close(this.now());
    this.phase = undefined;
    return Object.fromEntries(this.spent);
  }

  private close(time: number): void {
    if (this.phase === undefined) return;
    this.spent.set(this.phase, (this.spent.get(this.phase) ?? 0) + time - this.phaseStart);
  }
}
