import { defineConfig } from 'vitest/config';

// Against real backends, and on what is built: `pnpm test:e2e`.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    // Backends and faults have the machine to themselves.
    fileParallelism: false,
    globalSetup: ['test/e2e/harness/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
