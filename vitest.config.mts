import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/house/summary-reporter.mts';

export default defineConfig({
  test: {
    include: ['{protocol,server,client,webview,test}/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new SummaryReporter()],
  },
});
