/** How a running training is spoken to from outside. */

export interface TrainingControl {
  /** Aborted by whoever wants the run to end now and keep the best. */
  readonly stop: AbortSignal;
  readonly paused: boolean;
  /** Resolves when the run may go on, at once where it is not paused. Also when `signal` is aborted. */
  whilePaused(signal?: AbortSignal): Promise<void>;
}

/** Holds back a run, and lets it go. */
export class TrainingSwitch implements TrainingControl {
  private readonly controller = new AbortController();
  private waiting: (() => void)[] = [];
  private held = false;

  get stop(): AbortSignal {
    return this.controller.signal;
  }

  get paused(): boolean {
    return this.held;
  }

  pause(): void {
    this.held = true;
  }

  resume(): void {
    this.held = false;
    for (const go of this.waiting.splice(0)) go();
  }

  stopAndKeep(): void {
    this.controller.abort();
    this.resume();
  }

  async whilePaused(signal?: AbortSignal): Promise<void> {
    if (!this.held || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
