import fc from 'fast-check';

/**
 * Before each file: property tests try the same inputs every time and everywhere, so that what fails fails because of a change.
 * `REELQL_TEST_SEED=any` has them try others, of a seed that a failure names; `npm run test:fuzz` does.
 */
const { REELQL_TEST_SEED: seed = '2026' } = process.env;
if (seed !== 'any') fc.configureGlobal({ seed: Number(seed) });
