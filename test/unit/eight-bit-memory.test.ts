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

const settings = { ...published.defaults, seed: 1 };
const usual = { width: 832, height: 480, frameCount: 29 };
const large = { width: 1280, height: 704, frameCount: 121 };
const half = weightsBytes(published, 'denoiser', 'CUDA');

it('a denoiser in 8 bits takes a byte a weight on GPUs, and four as any other on a CPU', () => {
  expect(half - weightsBytes(inEightBits, 'denoiser', 'CUDA')).toBe(matrices);
  expect(weightsBytes(inEightBits, 'denoiser', 'CPU')).toBe(2 * half);
});

it.each([
  ['with our operators', usual, 1, 6.76],
  ['with our operators', usual, 2, 7.26],
  ['with our operators', usual, 4, 8.25],
  ['with our operators', usual, 8, 10.22],
  ['with our operators', large, 2, 14.23],
  ['without', usual, 1, 7.15],
  ['without', usual, 2, 8.02],
  ['without', usual, 4, 9.58],
  ['without', usual, 8, 12.43],
])(
  'of the published size, %s: a step at %o of %d rows is reckoned with more than was measured, by a tenth at most',
  (operators, size, rows, measured) => {
    vi.mocked(builtKernelLibrary).mockReturnValue(operators === 'without' ? null : 'libreelql.so');
    const unit = denoiserPeak({ ...settings, ...size }, inEightBits, 'CUDA', rows);
    const reckoned = (contextBytes + loadedBytes(inEightBits, 'denoiser', 'CUDA') + unit.modeledBytes) / 1e9;
    expect(reckoned).toBeGreaterThan(measured);
    expect(reckoned).toBeLessThan(1.1 * measured);
  },
);
