/** Progress on standard error: a bar on a terminal, now and then a line elsewhere. */

import { durationInWords } from '../engine/util/words.ts';

const barWidth = 24;
/** On a terminal, a bar that moves more often only flickers; elsewhere, lines add up in logs. */
const terminalIntervalMs = 80;
const lineIntervalMs = 2000;
/** Guesses from less than this are wrong more often than not. */
const estimateAfterMs = 1000;

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Progress {
  private readonly stream: ProgressStream;
  private readonly quiet: boolean;
  private readonly now: () => number;
  private phase = '';
  private phaseStart = 0;
  private lastShown = 0;
  private barShown = false;

  constructor(stream: ProgressStream, quiet: boolean, now: () => number = Date.now) {
    this.stream = stream;
    this.quiet = quiet;
    this.now = now;
  }

  /** Matches `ProgressListener`: `total` 0 means that the end is not known. */
  readonly report = (phase: string, done: number, total: number): void => {
    if (this.quiet) return;
    const time = this.now();
    const fresh = phase !== this.phase;
    if (fresh) {
      this.phase = phase;
      this.phaseStart = time;
    }
    const interval = this.stream.isTTY === true ? terminalIntervalMs : lineIntervalMs;
    if (!fresh && time - this.lastShown < interval) return;
    this.lastShown = time;
    if (this.stream.isTTY === true) this.showBar(done, total, time);
    else this.stream.write(`${phase}${counts(done, total)}\n`);
  };

  /** Takes the bar off the terminal, before something else is written. */
  clear(): void {
    if (!this.barShown) return;
    this.stream.write('\r\u001B[2K');
    this.barShown = false;
  }

  private showBar(done: number, total: number, time: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * barWidth);
    const bar = total > 0 ? `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ` : '';
    const spent = time - this.phaseStart;
    const left = share > 0 && share < 1 && spent > estimateAfterMs
      ? `, ${durationInWords(Math.round((spent / share - spent) / 1000) * 1000)} left`
      : '';
    const line = `${bar}${this.phase}${counts(done, total)}${left}`;
    this.stream.write(`\r\u001B[2K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
    this.barShown = true;
  }
}

function counts(done: number, total: number): string {
  if (total > 0) return ` ${done}/${total}`;
  return done > 0 ? ` ${done}` : '';
}
