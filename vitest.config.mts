import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/house/summary-reporter.mts';

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{protocol,server,client,webview,test}/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
          // Some start processes and browsers on busy machines; the report names what was repeated.
          retry: process.env['CI'] === undefined ? 0 : 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'workbench',
          include: ['test/e2e/**/*.story.ts'],
          globalSetup: ['test/e2e/harness/global-setup.ts'],
          // A step waits for what it expects; this is for a workbench that does not come up at all.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          // After everything else: a browser and a server need both cores of a small machine.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
    ],
  },
});
