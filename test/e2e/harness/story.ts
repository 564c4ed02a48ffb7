import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { evidenceFolder } from './global-setup.ts';
import { didNotOpen, Workbench, type WorkbenchOptions } from './workbench.ts';

/** One thing that the user does and sees. */
type Step = (title: string, body: (bench: Workbench) => Promise<void>) => void;

const openLimitMs = 120_000;

/**
 * What a user does in one window, step by step. A step begins where the one before it ended: after a failure the rest
 * is skipped, and the screen, the trace and the logs are kept.
 */
export function story(title: string, options: WorkbenchOptions, tell: (step: Step) => void): void {
  const environment = inject('environment');
  if ('missing' in environment) {
    describe(title, () => tell((step) => it.skip(step)));
    return;
  }
  if ('broken' in environment) {
    it(title, () => {
      throw new Error(environment.broken);
    });
    return;
  }
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 24);
  const folder = join(environment.scratch, name);
  const evidence = join(environment.scratch, evidenceFolder, name);

  describe(title, () => {
    let bench: Workbench | undefined;
    let failed = false;

    beforeAll(async () => {
      await mkdir(folder, { recursive: true });
      try {
        bench = await Workbench.open(environment, folder, options);
      } catch (error) {
        failed = true;
        throw error;
      }
    }, openLimitMs);

    afterAll(async () => {
      if (failed) await keepLogs(folder, evidence);
      await bench?.close();
    });

    tell((step, body) => it(step, async ({ skip }) => {
      if (bench === undefined || failed) {
        skip('The step before it failed.');
        return;
      }
      try {
        await body(bench);
      } catch (error) {
        failed = true;
        await bench.screenshot(join(evidence, `${step.replace(/[^A-Za-z0-9]+/g, '-')}.png`)).catch(() => undefined);
        await bench.saveTrace(join(evidence, 'trace.zip')).catch(() => undefined);
        throw error;
      }
    }));
  });
}

async function keepLogs(folder: string, evidence: string): Promise<void> {
  await mkdir(evidence, { recursive: true });
  for (const [from, to] of [['server.log', 'server.log'], ['user/logs', 'logs'], [didNotOpen, didNotOpen]] as const) {
    // What a failure did not come to is not there.
    await cp(join(folder, from), join(evidence, to), { recursive: true }).catch(() => undefined);
  }
}
