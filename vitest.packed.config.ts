import { defineConfig } from 'vitest/config';

// What is published, as it is installed: packs the packages, and runs the tarballs in throw-away projects.
export default defineConfig({
  test: {
    include: ['test/packed/**/*.test.ts'],
    globalSetup: './test/packed/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    // A first run downloads: several npm installs and six Nodes.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    reporters: ['default', './scripts/count-reporter.mjs', './test/packed/results-reporter.mjs'],
  },
});
