import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installWorkbench } from './environment.ts';
import { installExtensions, packageLathe } from './extensions.ts';

/** Where stories leave what they keep of their failures, in the scratch folder. */
export const evidenceFolder = 'evidence';

/** Installs the workbench and Lathe in it, once for all stories. The scratch folder stays when a story failed. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const installed = await installWorkbench();
  if ('missing' in installed) {
    console.warn(`\nSkipped: every test in a real workbench. ${installed.missing}\n`);
    project.provide('environment', installed);
    return undefined;
  }
  const scratch = await mkdtemp(join(tmpdir(), 'lathe-e2e-'));
  try {
    const vsix = await packageLathe(join(scratch, 'vsix'));
    const extensions = await installExtensions(installed, vsix, scratch);
    project.provide('environment', { ...installed, extensions, scratch });
  } catch (error) {
    // Thrown from here it would stop the other projects' tests too.
    project.provide('environment', { broken: error instanceof Error ? error.message : String(error) });
  }

  return async () => {
    const kept = await readdir(join(scratch, evidenceFolder)).catch(() => []);
    if (kept.length === 0) await rm(scratch, { recursive: true, force: true });
    else console.warn(`\nScreenshots, traces and logs of what failed: ${join(scratch, evidenceFolder)}\n`);
  };
}
