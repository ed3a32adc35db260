import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Command, type Finished } from '../support/command.js';
import { probeVideo } from '../support/probe-video.js';

let folder: string;
let result: Finished;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-demo-'));
  result = await new Command('demo', [], { cwd: folder }).finished;
});
afterAll(() => rm(folder, { recursive: true }));

it('exits 0 after showing phases, steps and seconds left', () => {
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toContain('A red sports car speeding through a desert highway at sunset');
  expect(result.stdout).toMatch(/Denoising, step 10\/20, (\d+ min )?\d+ s left/);
  expect(result.stdout).toMatch(/100 %|Writing MP4/);
});

it('writes an MP4 that plays everywhere and says how it was made', async () => {
  const path = /Video +(\S+)/.exec(result.stdout)?.[1] as string;
  const facts = await probeVideo(join(folder, path));
  expect(facts).toMatchObject({ codec: 'h264', pixelFormat: 'yuv420p', frames: 33, fps: 16, width: 256, height: 160 });
  expect(facts.boxes.indexOf('moov')).toBeLessThan(facts.boxes.indexOf('mdat'));
  expect(JSON.parse(facts.comment as string)).toMatchObject({ model: 'toy', seed: 7, steps: 20 });
});

it('saves one animated preview a step, of every latent frame', async () => {
  const previews = join(folder, /Previews +(\S+)/.exec(result.stdout)?.[1] as string);
  const files = await readdir(previews);
  expect(files).toHaveLength(20);
  const { pages, format } = await sharp(join(previews, 'step-020.webp')).metadata();
  expect({ pages, format }).toEqual({ pages: 9, format: 'webp' });
});

it('takes four steps without guidance when it is to be fast', async () => {
  const fast = await new Command('demo', ['--fast', 'A pink fish swimming to the right in a coral reef'], {
    cwd: folder,
  }).finished;
  expect(fast).toMatchObject({ code: 0, stderr: '' });
  const { frames, comment } = await probeVideo(join(folder, /Video +(\S+)/.exec(fast.stdout)?.[1] as string));
  expect(frames).toBe(33);
  expect(JSON.parse(comment as string)).toMatchObject({ model: 'toy-fast', steps: 4, guidanceScale: 1, shift: 8 });
});
