import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { claimedCards, videoFlops } from '../../src/benchmark/floor.js';
import { matrixRate } from '../../src/benchmark/matrix-rate.js';
import { measureModel, type Plan } from '../../src/benchmark/measure-model.js';
import type { Measurement } from '../../src/benchmark/measurement.js';
import { estimateVideos, reportLines } from '../../src/benchmark/report.js';
import { cpuDevice } from '../../src/execution/devices.js';
import { createLog } from '../../src/log.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { publishedManifest } from '../support/published-manifest.js';

const published = manifestSchema.parse(publishedManifest);
const guided = { ...published.defaults, steps: 25, guidanceScale: 5, seed: 1 };

describe('the arithmetic floor', () => {
  it('of 480p, 29 frames and 25 guided steps is 1,594 TFLOP of denoising and 215 of decoding', () => {
    expect(videoFlops(guided, published) / 1e12 / (1594 + 215)).toBeCloseTo(1, 1);
  });

  it('grows with the rows: without guidance the steps are half', () => {
    const unguided = videoFlops({ ...guided, guidanceScale: 1 }, published);
    expect((videoFlops(guided, published) - unguided) / 1e12 / (1594 / 2)).toBeCloseTo(1, 1);
  });

  it('lies above every claimed time, at the peak that the datasheet gives', () => {
    for (const { seconds, batch, datasheetFlops } of claimedCards) {
      expect(videoFlops(guided, published) / datasheetFlops).toBeGreaterThan(seconds);
      if (batch) expect((batch.videos * videoFlops(guided, published)) / datasheetFlops).toBeGreaterThan(batch.seconds);
    }
  });
});

describe('measuring a model', () => {
  let folder: string;
  let model: InstalledModel;
  const log = createLog('silent');
  const shape = { width: 64, height: 64, frameCount: 9 };
  const plan: Plan = { shapes: [{ shape, rows: [1, 2, 4], repetitions: 2 }], texts: 2 };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelql-benchmark-'));
    model = await importMicroModel(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function measure(name: string): Promise<Measurement[]> {
    const bench = { model, device: cpuDevice('cpu', 1), workDirectory: join(folder, name), log };
    const measurements: Measurement[] = [];
    for await (const measurement of measureModel(bench, plan)) measurements.push(measurement);
    return measurements;
  }

  it('tells time and memory of every part, from which a whole video follows', async () => {
    const measurements = await measure('whole');
    expect(measurements.map(({ what, component, rows }) => [what, component, rows])).toEqual([
      ['load', 'textEncoder', undefined],
      ['text', 'textEncoder', undefined],
      ['picture', 'vae', undefined],
      ['load', 'denoiser', undefined],
      ['step', 'denoiser', 1],
      ['step', 'denoiser', 2],
      ['step', 'denoiser', 4],
      ['decode', 'vae', undefined],
    ]);
    for (const { what, firstSeconds, seconds, flops, peakBytes, failure } of measurements) {
      expect(failure).toBeNull();
      expect(firstSeconds).toBeGreaterThan(0);
      expect(seconds).toHaveLength(what === 'load' ? 0 : 2);
      expect(Math.min(...seconds)).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(20e6);
      if (what !== 'load' && what !== 'picture') expect(flops).toBeGreaterThan(1e6);
    }
    const step = (rows: number) => measurements.find((each) => each.rows === rows)?.flops as number;
    expect(step(4)).toBe(4 * step(1));

    const [video] = estimateVideos(model.manifest, measurements, 1e9);
    const seconds = (what: string, rows?: number) =>
      [...(measurements.find((each) => each.what === what && each.rows === rows)?.seconds ?? [])].sort()[1] as number;
    expect(video?.seconds).toBeCloseTo(seconds('text') + 25 * seconds('step', 2) + seconds('decode'), 6);
    const report = { model: 'micro', device: 'cpu', matrixRate: 1e9, measurements, videos: video ? [video] : [] };
    const text = [...reportLines(model.manifest, report)].join('\n');
    expect(text).toMatch(/step +64x64x9 +4 .* m?s .*%/);
    expect(text).toContain('25 guided steps');
    expect(text).toMatch(/A100 40 GB +claimed 1.90 s, 4 at once 2.50 s/);
  });

  it('goes on without what fails, and tells why', async () => {
    const weights = join(model.directory, 'vae', 'diffusion_pytorch_model.safetensors');
    await writeFile(weights, Buffer.alloc((await stat(weights)).size)); // no safetensors file any more
    const measurements = await measure('broken');
    expect(measurements.filter(({ failure }) => failure !== null).map(({ what }) => what)).toEqual([
      'picture',
      'decode',
    ]);
    expect(measurements.at(-1)?.failure).toMatch(/MODEL_LOAD_FAILED/);
    expect(estimateVideos(model.manifest, measurements, null)).toEqual([]);
  });
});

it('the matrix rate is that of the CPU’s products', async () => {
  const rate = await matrixRate({ device: { kind: 'CPU' }, threads: 1 }, 256);
  expect(rate).toBeGreaterThan(1e8);
  expect(rate).toBeLessThan(1e13);
});
