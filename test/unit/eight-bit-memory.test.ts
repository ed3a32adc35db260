import { expect, it, vi } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { weightsBytes } from '../../src/scheduler/memory-model.js';
import { publishedManifest } from '../support/published-manifest.js';

vi.mock('../../inference/kernels/library.js', () => ({ builtKernelLibrary: vi.fn() }));

const published = manifestSchema.parse(publishedManifest);
const inEightBits = { ...published, denoiser: { ...published.denoiser, eightBits: true as const } };
/** Of a block: ten matrices, of which two are of the feed-forward network. */
const matrices = 30 * (8 * 3072 * 3072 + 2 * 3072 * 14336);

it('a denoiser in 8 bits takes a byte a weight where the operators are that multiply them, else as much as in fp16', () => {
  const half = weightsBytes(published, 'denoiser', 'CUDA');
  vi.mocked(builtKernelLibrary).mockReturnValue('libreelql.so');
  expect(half - weightsBytes(inEightBits, 'denoiser', 'CUDA')).toBe(matrices);
  expect(weightsBytes(inEightBits, 'denoiser', 'CPU')).toBe(2 * half);
  vi.mocked(builtKernelLibrary).mockReturnValue(null);
  expect(weightsBytes(inEightBits, 'denoiser', 'CUDA')).toBe(half);
});
