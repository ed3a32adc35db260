import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bundleIdentity } from '../../inference/bundle/identity.js';
import { finalLatents } from '../../inference/pipeline/denoising.js';
import { readPicture } from '../../inference/pipeline/image.js';
import { readCheckpoint } from '../../src/execution/checkpoint.js';
import { readFirstFrame } from '../../src/execution/first-frame.js';
import type { GenerationRequest } from '../../src/execution/protocol.js';
import type { WorkFiles } from '../../src/execution/work-files.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import type { Executors } from '../support/executors.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { PlayingScheduler } from '../support/playing-scheduler.js';

let folder: string;
let model: InstalledModel;
let work: WorkFiles;
let executors: Executors;
let scheduler: PlayingScheduler;
let picture: string;

const settings = { width: 64, height: 32, frameCount: 5, fps: 8, steps: 3, guidanceScale: 5, shift: 5, seed: 7 };
const request: GenerationRequest = {
  prompt: 'a red car',
  negativePrompt: '',
  settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC' },
  firstFrame: true,
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-picture-'));
  model = await importMicroModel(folder);
  picture = join(folder, 'picture.png');
  // Grey levels that grow to the right and to the bottom.
  const pixels = Buffer.from(Array.from({ length: 100 * 100 }, (_, i) => (i % 100) + Math.floor(i / 100)));
  await sharp(pixels, { raw: { width: 100, height: 100, channels: 1 } })
    .png()
    .toFile(picture);
  scheduler = await PlayingScheduler.over(model, join(folder, 'work'));
  ({ work, executors } = scheduler);
  await executors.run({ kind: 'load', bundle: model.directory, component: 'vae' });
});
afterEach(() => work.remove('a'));
afterAll(async () => {
  await executors.stop();
  rmSync(folder, { recursive: true });
});

async function encodePicture(path = picture): Promise<void> {
  const { width, height } = request.settings;
  await executors.run({
    kind: 'encode-image',
    generationId: 'a',
    bundle: model.directory,
    picture: path,
    width,
    height,
  });
}

test('the video begins with the picture, at every step and after a kill', async () => {
  await encodePicture();
  await scheduler.open('a', request);
  await scheduler.step('a', true);
  await executors.kill();
  // The checkpoint has the picture too.
  rmSync(work.firstFrame('a'));
  expect(await scheduler.open('a', request)).toBe(1);
  await scheduler.denoise('a', request);
  const outcome = await scheduler.outcome('a');
  expect(outcome.frames).toHaveLength(5);

  const state = await readCheckpoint(work.checkpoint('a'), { model: bundleIdentity(model.manifest) });
  if (!state) throw new Error('no checkpoint');
  await encodePicture();
  const first = await readFirstFrame(work.firstFrame('a'), model.manifest, state.shape);
  const { channels, frames, height, width } = state.shape;
  const latents = finalLatents(state);
  for (let c = 0; c < channels; c++) {
    const start = c * frames * height * width;
    const plane = latents.subarray(start, start + height * width);
    expect(plane).toEqual(first?.subarray(c * height * width, (c + 1) * height * width));
  }

  await work.remove('a');
  await encodePicture();
  expect(await scheduler.play('a', request)).toEqual(outcome);
});

test('a broken first frame goes, so that its picture is encoded again', async () => {
  await encodePicture();
  truncateSync(work.firstFrame('a'), 100);
  await expect(scheduler.open('a', request)).rejects.toThrow('something is missing');
  expect(await work.generations()).not.toContain('a');
});

test('without its picture encoded it is not opened', async () => {
  await expect(scheduler.open('a', request)).rejects.toThrow('something is missing');
});

test('a picture that is none', async () => {
  await expect(encodePicture(join(folder, 'wan-micro', 'bundle.json'))).rejects.toThrow('INTERNAL: PictureError');
});

test('a picture of another aspect is cut, not stretched', async () => {
  const { data, width, height } = await readPicture(await readFile(picture), 64, 32, 'cover');
  // 100×100 becomes 64×64, of which the middle 32 rows stay: levels at the top left are those of row 25, column 0.
  const level = (x: number, y: number) => ((data[y * width + x] as number) + 1) * 127.5;
  expect(level(0, 0)).toBeGreaterThan(22);
  expect(level(0, 0)).toBeLessThan(30);
  expect(level(width - 1, height - 1)).toBeGreaterThan(170);
  expect(level(width - 1, height - 1)).toBeLessThan(177);
});
