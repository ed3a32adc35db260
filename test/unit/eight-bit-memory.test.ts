import { expect, it, vi } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { contextBytes, denoiserPeak, loadedBytes, weightsBytes } from '../../src/scheduler/memory-model.js';
import { publishedManifest } from '../support/published-manifest.js';

vi.mock('../../inference/kernels/library.js', () => ({ builtKernelLibrary: vi.fn() }));

const published = manifestSchema.parse(publishedManifest);
const inEightBits = { ...published, denoiser: { ...published.denoiser, eightBits: true as const } };
/** Of a block: ten matrices, of which two are of the feed-forward network. */
const matrices = 30 * (8 * 3072 * 3072 + 2 * 3072 * 14336);

const settings = { ...published.defaults, width: 832, height: 480, frameCount: 29, seed: 1 };
const half = weightsBytes(published, 'denoiser', 'CUDA');

it('a denoiser in 8 bits takes a byte a weight on GPUs, and four as any other on a CPU', () => {
  expect(half - weightsBytes(inEightBits, 'denoiser', 'CUDA')).toBe(matrices);
  expect(weightsBytes(inEightBits, 'denoiser', 'CPU')).toBe(2 * half);
});

it.each([
  [1, 6.77],
  [2, 7.4],
  [4, 8.28],
  [8, 10.4],
])(
  'of the published size with our operators: a step of %d rows is reckoned with more than was measured, by a tenth at most',
  (rows, measured) => {
    vi.mocked(builtKernelLibrary).mockReturnValue('libreelql.so');
    const reckoned =
      contextBytes +
      loadedBytes(inEightBits, 'denoiser', 'CUDA') +
      denoiserPeak(settings, inEightBits, 'CUDA', rows).modeledBytes;
    expect(reckoned / 1e9).toBeGreaterThan(measured);
    expect(reckoned / 1e9).toBeLessThan(1.1 * measured);
  },
);

it('without our operators its work takes what fp16 takes, and one matrix widened twice', () => {
  vi.mocked(builtKernelLibrary).mockReturnValue(null);
  const [eight, plain] = [inEightBits, published].map(
    (manifest) => denoiserPeak(settings, manifest, 'CUDA', 2).modeledBytes,
  );
  expect((eight as number) - (plain as number)).toBe(2 * 2 * 3072 * 14336);
});
