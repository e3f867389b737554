import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run on the sources of every package; no build is needed first.
  resolve: { conditions: ['@org/source'] },
  ssr: { resolve: { conditions: ['@org/source'], externalConditions: ['@org/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
