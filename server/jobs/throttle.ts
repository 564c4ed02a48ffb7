/** Calls `act` at once, and then at most every `intervalMs`; the last call is never lost. */
export class Throttle {
  private readonly act: () => void;
  private readonly intervalMs: number;
  private timer: NodeJS.Timeout | undefined;
  private again = false;

  constructor(act: () => void, intervalMs: number) {
    this.act = act;
    this.intervalMs = intervalMs;
  }

  call(): void {
    if (this.timer) {
      this.again = true;
      return;
    }
    this.act();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.again) return;
      this.again = false;
      this.call();
    }, this.intervalMs);
    this.timer.unref();
  }

  /** What is still to come does not. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.again = false;
  }
}
