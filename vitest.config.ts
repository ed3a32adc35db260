import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // TypeGraphQL and the tests must see one copy of graphql, the ESM one, or "another module or realm" follows.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The page in a browser has a command of its own: npm run test:studio.
    exclude: ['test/studio/**'],
    globalSetup: 'test/support/compile.ts',
    setupFiles: 'test/support/property-seed.ts',
    // One process a file: onnxruntime-node must not be loaded twice in one environment.
    pool: 'forks',
    maxWorkers: 2,
    // Only what hangs is to fail by these: beside nine other busy processes what takes 4 seconds alone took 60. Nothing has limits of its own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
