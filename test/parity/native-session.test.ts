import { expect, it } from 'vitest';
import { liveHandles } from '../../inference/runtime/native/handle.js';
import { verifyModel } from '../../inference/verify/verify.js';
import { collect, microModel, microReference, session } from '../support/mutate-model.js';

/** The sessions that CUDA uses, on the CPU: every network, and the decoder's histories left where they are from run to run. */
it.each([
  ['textEncoder', 4],
  ['denoiser', 12],
  ['vaeStreaming', 4],
  ['vaeEncode', 4],
  ['endToEnd', 36],
] as const)('gives what diffusers gives through the C API: %s', async (family, cases) => {
  const native = { ...session, binding: 'native' } as const;
  const options = { directory: microModel, reference: microReference, only: [family], session: native };
  const rows = await collect(verifyModel(options));
  expect(rows.filter((row) => !row.ok)).toEqual([]);
  expect(rows).toHaveLength(cases);
  expect(liveHandles()).toBe(0);
});
