import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { helperFolder } from '../harness/extensions.ts';
import { evidenceFolder } from '../harness/global-setup.ts';
import { WorkbenchServer } from '../harness/server.ts';
import { launchChromium } from '../harness/workbench.ts';
import { layOutWorkspace } from '../harness/workspace.ts';
import { buildHostSuites } from '../host/build.ts';
import { hostWorkspace } from '../host/workspace.ts';

const title = 'the suites inside the extension host pass';
const limitMs = 120_000;
const environment = inject('environment');

if ('missing' in environment) {
  it.skip(title);
} else if ('broken' in environment) {
  it(title, () => {
    throw new Error(environment.broken);
  });
} else {
  it(title, async () => {
    const folder = join(environment.scratch, 'host');
    const workspace = join(folder, 'workspace');
    const report = join(folder, 'report.txt');
    await layOutWorkspace(workspace, hostWorkspace);
    const entry = await buildHostSuites();
    const env = { LATHE_HOST_REPORT: report };
    const server = await WorkbenchServer.start(environment, folder, { testDriver: true, env });
    const browser = await launchChromium(environment.chromium);
    try {
      const page = await browser.newPage();
      // What the workbench calls when the suites have run.
      const exit = new Promise<number>((done) => void page.exposeFunction('codeAutomationExit', done));
      await page.exposeFunction('codeAutomationLog', () => undefined);
      const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
      await page.goto(server.pageOf(workspace, [
        // Lathe itself is installed; without a development path nothing would be run.
        ['extensionDevelopmentPath', remote(await helperFolder(environment.extensions))],
        ['extensionTestsPath', remote(entry)],
      ]));
      const code = await Promise.race([exit, wait(limitMs, undefined, { ref: false })]);
      const lines = await readFile(report, 'utf8').catch(() => 'The suites did not start.');
      expect(lines).not.toMatch(/^failed: /m);
      expect(lines).toMatch(/^passed: /m);
      expect(code).toBe(0);
    } catch (error) {
      const evidence = join(environment.scratch, evidenceFolder, 'host');
      await mkdir(evidence, { recursive: true });
      await cp(join(folder, 'user/logs'), join(evidence, 'logs'), { recursive: true }).catch(() => undefined);
      throw error;
    } finally {
      await browser.close();
      await server.stop();
    }
  }, limitMs + 30_000);
}
