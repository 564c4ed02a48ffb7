/**
 * Entry of the suites that run inside an extension host: what `extensionTestsPath` names, in the pinned workbench and
 * in a desktop VS Code alike.
 */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

const suiteEnding = '.host.js';

/** Runs all suites; with LATHE_HOST_REPORT, writes there one line for each test. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, grep: process.env['LATHE_HOST_GREP'] ?? '' });
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith(suiteEnding)).sort()) {
    mocha.addFile(join(__dirname, file));
  }
  const failures = await new Promise<number>((done) => {
    const lines: string[] = [];
    const tell = (line: string): void => {
      lines.push(line);
      const path = process.env['LATHE_HOST_REPORT'];
      if (path !== undefined) writeFileSync(path, `${lines.join('\n')}\n`);
    };
    // Mocha's own reporters print where nobody reads it.
    mocha.run(done)
      .on('pass', (test) => tell(`passed: ${test.fullTitle()}`))
      .on('pending', (test) => tell(`skipped: ${test.fullTitle()}`))
      .on('fail', (test, error: Error) => tell(`failed: ${test.fullTitle()}\n${error.stack ?? error.message}`));
  });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
