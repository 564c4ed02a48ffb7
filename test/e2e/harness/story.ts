import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, inject, it } from 'vitest';
import { evidenceFolder } from './global-setup.ts';
import { didNotOpen, Workbench, type WorkbenchOptions } from './workbench.ts';

/** One thing that the user does and sees. */
type Step = (title: string, body: (bench: Workbench) => Promise<void>) => void;

/** A step that had to be repeated takes the time of all before it once more. */
const stepLimitMs = 300_000;

/**
 * What a user does in one window, step by step. A step begins where the one before it ended. A browser on a busy
 * machine now and then loses a click: when a step fails, the story is told once more from its beginning in a new
 * window, and says so. After a second failure the rest is skipped, and the screen, the trace and the logs are kept.
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
    const told: ((bench: Workbench) => Promise<void>)[] = [];
    let bench: Workbench | undefined;
    let windows = 0;
    let failed = false;

    const open = async (): Promise<Workbench> => {
      windows++;
      const own = join(folder, String(windows));
      await mkdir(own, { recursive: true });
      bench = await Workbench.open(environment, own, options);
      return bench;
    };
    const keep = async (step: string): Promise<void> => {
      const place = join(evidence, String(windows));
      await bench?.screenshot(join(place, `${step.replace(/[^A-Za-z0-9]+/g, '-')}.png`)).catch(() => undefined);
      await bench?.saveTrace(join(place, 'trace.zip')).catch(() => undefined);
      await keepLogs(join(folder, String(windows)), place);
    };
    /** Everything up to and with the last step told, in a new window. */
    const tellAgain = async (): Promise<void> => {
      const again = await open();
      for (const body of told) await body(again);
    };

    afterAll(() => bench?.close());

    tell((step, body) => it(step, async ({ skip }) => {
      if (failed) {
        skip('The step before it failed.');
        return;
      }
      told.push(body);
      try {
        await body(bench ?? await open());
      } catch (error) {
        await keep(step);
        failed = true;
        if (windows > 1) throw error;
        console.warn(`\nOnce more in a new window, because "${step}" failed: ${String(error)}\n`);
        await bench?.close();
        await tellAgain().catch(async (again: unknown) => {
          await keep(step);
          throw again;
        });
        failed = false;
        await rm(evidence, { recursive: true, force: true });
      }
    }, stepLimitMs));
  });
}

async function keepLogs(folder: string, evidence: string): Promise<void> {
  await mkdir(evidence, { recursive: true });
  for (const [from, to] of [['server.log', 'server.log'], ['user/logs', 'logs'], [didNotOpen, didNotOpen]] as const) {
    // What a failure did not come to is not there.
    await cp(join(folder, from), join(evidence, to), { recursive: true }).catch(() => undefined);
  }
}
