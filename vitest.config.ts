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
    // One process a file: onnxruntime-node must not be loaded twice in one environment.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two test files share two cores: a condition may take its time to become true.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
