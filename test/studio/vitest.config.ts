import { defineConfig } from 'vitest/config';

/** `npm run test:studio`: the page in a browser, against servers of dist/. */
export default defineConfig(({ mode }) => ({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: mode === 'screenshots' ? ['test/studio/screenshots.ts'] : ['test/studio/*.test.ts'],
    globalSetup: 'test/studio/browser.ts',
    pool: 'forks',
    // One after the other: servers, browser and encoders share two cores.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
}));
