import { describe, expect, it } from 'vitest';
import type { DenoiserRow, LatentShape } from '../../inference/pipeline/networks.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import { denoiserCases } from '../../inference/verify/denoiser-cases.js';
import { Reference } from '../../inference/verify/reference.js';
import { denoiserConfigSchema } from '../../inference/wan/config.js';
import type { DenoiserVariant } from '../../inference/wan/denoiser.js';
import { seededRandom } from '../support/random.js';
import { component } from '../support/reference.js';

const variants: readonly DenoiserVariant[] = [
  { valueBias: true },
  { shortText: true },
  { valueBias: true, shortText: true },
];

async function open(variant: DenoiserVariant) {
  const { weights, config } = await component('wan-micro/transformer');
  const session = { device: { kind: 'CPU' }, threads: 1 } as const;
  return openDenoiser({ weights, config: denoiserConfigSchema.parse(config) }, { ...session, variant });
}

describe.each(variants)('the denoiser written as %o', (variant) => {
  it('gives what the original gives', async () => {
    const denoiser = await open(variant);
    const reference = await Reference.open('test/fixtures/wan-micro-set/ref');
    let cases = 0;
    for await (const row of denoiserCases(reference, denoiser)) {
      expect(row, row.case).toMatchObject({ ok: true });
      cases++;
    }
    expect(cases).toBeGreaterThan(5);
    await denoiser.close();
  });

  it('folds padding of texts of different lengths as the graph in use does', async () => {
    const shape: LatentShape = { channels: 48, frames: 2, height: 6, width: 4 };
    const random = seededRandom(3);
    const numbers = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1);
    const batch = [3, 11].map(
      (length, i): DenoiserRow => ({
        latents: numbers(48 * 2 * 6 * 4),
        timesteps: Float32Array.of(900 - 300 * i),
        text: { data: numbers(length * 64), length, dim: 64 },
      }),
    );
    const [plain, other] = [await open({}), await open(variant)];
    const [expected, found] = [await plain.denoise(shape, batch), await other.denoise(shape, batch)];
    for (const [row, values] of expected.entries()) {
      const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[row]?.[i] as number))), 0);
      expect(apart).toBeLessThan(2e-5);
    }
    await plain.close();
    await other.close();
  });
});
