/** The suites in a desktop VS Code: one that is downloaded, or the one that the variable LATHE_VSCODE names. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { root } from '../harness/root.ts';
import { layOutWorkspace } from '../harness/workspace.ts';
import { buildHostSuites } from './build.ts';
import { hostWorkspace } from './workspace.ts';

const given = process.env['LATHE_VSCODE'];
const folder = await mkdtemp(join(tmpdir(), 'lathe-desktop-'));
const workspace = join(folder, 'workspace');
try {
  await layOutWorkspace(workspace, hostWorkspace);
  await runTests({
    ...(given === undefined ? {} : { vscodeExecutablePath: given }),
    extensionDevelopmentPath: root,
    extensionTestsPath: await buildHostSuites(),
    launchArgs: [
      workspace, '--disable-extensions', '--disable-workspace-trust', '--user-data-dir', join(folder, 'user'),
    ],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
