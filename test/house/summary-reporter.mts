import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** Ends a run with `N passed, N failed[, N skipped]`, a line that scripts can read whatever vitest's own looks like. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals = count(modules, unhandledErrors.length);
    // On exit: vitest's own reporter prints its summary asynchronously, and this line must be the last.
    process.once('exit', () => {
      process.stdout.write(`\n${summaryLine(totals)}\n`);
    });
  }
}

export function summaryLine({ passed, failed, skipped }: Totals): string {
  const line = `${String(passed)} passed, ${String(failed)} failed`;
  return skipped > 0 ? `${line}, ${String(skipped)} skipped` : line;
}

/** A file or a suite that breaks outside its tests counts as failed: otherwise a broken run could read `0 failed`. */
function count(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const totals: Totals = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    totals.failed += module.errors().length;
    for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      switch (test.result().state) {
        case 'passed': totals.passed++; break;
        case 'failed': totals.failed++; break;
        case 'skipped': totals.skipped++; break;
        // Never ran to its end: the run was cut off.
        case 'pending': totals.failed++; break;
      }
    }
  }
  return totals;
}
