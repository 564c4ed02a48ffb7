/** How often a server that crashes is started again: `limit` times within `periodMs`. */
export class Restarts {
  private readonly limit: number;
  private readonly periodMs: number;
  private crashes: number[] = [];

  constructor(limit: number, periodMs: number) {
    this.limit = limit;
    this.periodMs = periodMs;
  }

  /** Notes a crash at a time in ms; whether the server may be started once more. */
  crashed(nowMs: number): boolean {
    this.crashes = [...this.crashes.filter((at) => nowMs - at < this.periodMs), nowMs];
    return this.crashes.length <= this.limit;
  }

  /** The user wants it back: the past is forgotten. */
  forgive(): void {
    this.crashes = [];
  }
}
