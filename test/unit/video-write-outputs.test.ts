import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { StorageError } from '../../src/errors.js';
import type { Artifact } from '../../src/generations/generation.js';
import { EncoderFailed } from '../../src/video/encode-video.js';
import { defaultOutputs, type Outputs, videoFormats } from '../../src/video/outputs.js';
import { ffmpegVideoEncoder, type VideoEncoder } from '../../src/video/video-encoder.js';
import { writeOutputs } from '../../src/video/write-outputs.js';
import { decodeFrames } from '../support/probe-video.js';

const settings = { width: 96, height: 64, frameCount: 9, fps: 8 };
const metadata = { prompt: 'a "red" <car> & 红色跑车', seed: 2 ** 53 - 1, filler: 'x'.repeat(600) };
let folder: string;
let artifacts: FileArtifactStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-outputs-'));
  artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
  // For the fonts: vitest ends its processes before they can tidy up.
  vi.stubEnv('TMPDIR', folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Left half red, right half blue; green grows from frame to frame. */
async function* halves(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 9; i++) {
    yield Uint8Array.from({ length: 96 * 64 * 3 }, (_, k) => {
      const left = Math.floor(k / 3) % 96 < 48;
      return [left ? 200 : 20, 20 * i, left ? 20 : 200][k % 3] as number;
    });
  }
}

function write(outputs: Partial<Outputs>, options: Partial<Parameters<typeof writeOutputs>[1]> = {}) {
  const { signal } = new AbortController();
  const target = { settings, outputs: { ...defaultOutputs, ...outputs }, metadata, artifacts, signal };
  return writeOutputs(halves(), { ...target, videoEncoder: ffmpegVideoEncoder(), ...options });
}

const pathOf = (artifact: Artifact | undefined): string => artifacts.path(artifact?.sha256 ?? '');

/** Red, green, blue at a place of one frame. */
const pixel = (frame: Uint8Array, width: number, x: number, y: number): number[] => [
  ...frame.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

test('every format from one pass: the first is the video, then the poster, then the others', async () => {
  const fractions: number[] = [];
  const crop = { x: 40, y: 10, width: 32, height: 40 };
  const written = await write({ formats: videoFormats, crop }, { onProgress: (fraction) => fractions.push(fraction) });
  expect(
    written.map(({ kind, mimeType, width, height, durationSeconds }) => [
      kind,
      mimeType,
      width,
      height,
      durationSeconds,
    ]),
  ).toEqual([
    ['VIDEO', 'video/mp4', 32, 40, 9 / 8],
    ['POSTER', 'image/jpeg', 32, 40, null],
    ['EXTRA', 'video/webm', 32, 40, 9 / 8],
    ['EXTRA', 'image/gif', 32, 40, 9 / 8],
    ['EXTRA', 'image/webp', 32, 40, 9 / 8],
  ]);
  expect(fractions.at(-1)).toBe(1);
  expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);

  const [mp4, poster, webm, gif, webp] = written.map(pathOf);
  for (const path of [mp4, webm, gif, webp] as string[]) {
    const frames = await decodeFrames(path, 32, 40);
    expect(frames.length, path).toBe(9);
    // The crop begins 8 pixels left of the colours' border. Compression may blur that, but not this far from it.
    for (const [index, frame] of frames.entries()) {
      near(pixel(frame, 32, 2, 20), [200, 20 * index, 20]);
      near(pixel(frame, 32, 28, 20), [20, 20 * index, 200]);
    }
  }
  const { data, info } = await sharp(poster).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([32, 40]);
  near(pixel(data, 32, 2, 20), [200, 80, 20]);
});

test('settings travel in the files of every format', async () => {
  const [mp4, , webm, gif, webp] = (await write({ formats: videoFormats })).map(pathOf) as string[];
  for (const path of [mp4, webm] as string[]) expect(readFileSync(path).includes(JSON.stringify(metadata))).toBe(true);
  expect(gifComment(readFileSync(gif as string))).toEqual(metadata);
  const { xmp, pages, delay, loop } = await sharp(webp, { pages: -1 }).metadata();
  const [, packet = ''] = /x-default">(.*)<\/rdf:li>/.exec(String(xmp)) ?? [];
  const text = packet.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  expect(JSON.parse(text)).toEqual(metadata);
  expect({ pages, delay, loop }).toEqual({ pages: 9, delay: Array(9).fill(125), loop: 0 });
  const still = await sharp(gif, { pages: -1 }).metadata();
  expect([still.pages, still.loop, still.delay?.reduce((a, b) => a + b)]).toEqual([9, 0, 1120]);
});

test('subtitles are in every format while they last, and not in the poster', async () => {
  const subtitles = [{ text: '红色', startSeconds: 0.25, endSeconds: 0.75 }];
  const [mp4, poster, gif] = (await write({ formats: ['MP4_H264', 'GIF'], subtitles })).map(pathOf) as string[];
  const brightest = (frame: Uint8Array): number => Math.max(...frame.filter((_, k) => k % 3 === 1));
  for (const path of [mp4, gif] as string[]) {
    const bright = (await decodeFrames(path, 96, 64)).map((frame) => brightest(frame) > 215);
    expect(bright).toEqual([false, false, true, true, true, true, false, false, false]);
  }
  expect(brightest(await sharp(poster).raw().toBuffer())).toBeLessThan(120);
});

test('the same frames give the same bytes in every format', async () => {
  const hashes = async () => (await write({ formats: videoFormats })).map(({ sha256 }) => sha256);
  expect(await hashes()).toEqual(await hashes());
});

test('a video may have one frame only', async () => {
  const single = { ...settings, frameCount: 1 };
  async function* first(): AsyncGenerator<Uint8Array> {
    for await (const frame of halves()) return yield frame;
  }
  const { signal } = new AbortController();
  const outputs = { ...defaultOutputs, formats: videoFormats };
  const target = { settings: single, outputs, metadata, artifacts, signal, videoEncoder: ffmpegVideoEncoder() };
  const [mp4, , webm, gif, webp] = (await writeOutputs(first(), target)).map(pathOf) as string[];
  for (const path of [mp4, webm, gif, webp] as string[]) {
    const [frame, ...more] = await decodeFrames(path, 96, 64);
    expect(more).toEqual([]);
    near(pixel(frame as Uint8Array, 96, 20, 30), [200, 0, 20]);
  }
  expect(String((await sharp(webp).metadata()).xmp)).toContain('a "red" &lt;car&gt;'.replaceAll('"', '\\"'));
});

test('whatever fails, nothing is left staged', async () => {
  const broken = ffmpegVideoEncoder({ REELQL_FFMPEG: '/bin/false' });
  await expect(write({ formats: videoFormats }, { videoEncoder: broken })).rejects.toThrow(EncoderFailed);
  const aborted = AbortSignal.abort(new Error('changed my mind'));
  await expect(write({}, { signal: aborted })).rejects.toThrow('changed my mind');
  // The poster is being written by then.
  const late: VideoEncoder = {
    async encode({ frames }) {
      let seen = 0;
      for await (const _ of frames) if (++seen === 5) throw new EncoderFailed('The video encoder failed.', 'late');
      return { frames: seen };
    },
  };
  await expect(write({}, { videoEncoder: late })).rejects.toThrow(EncoderFailed);
  for (const extension of ['jpg', 'webm']) {
    const { commit } = FileArtifactStore.prototype;
    vi.spyOn(artifacts, 'commit').mockImplementation(async (path) => {
      if (path.endsWith(extension)) throw new StorageError('store', path, new Error('ENOSPC'));
      return commit.call(artifacts, path);
    });
    await expect(write({ formats: ['MP4_H264', 'WEBM_VP9'] })).rejects.toThrow(StorageError);
    vi.mocked(artifacts.commit).mockRestore();
  }
  expect(readdirSync(join(folder, 'artifacts', 'staged'))).toEqual([]);
});

function near(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number)), `${actual} instead of ${expected}`).toBeLessThanOrEqual(14);
  });
}

/** The comment extension before the trailer, out of its blocks. */
function gifComment(file: Buffer): unknown {
  const blocks: Buffer[] = [];
  for (let at = file.indexOf(Buffer.from([0x21, 0xfe])) + 2; file[at] !== 0; at += 1 + (file[at] as number)) {
    blocks.push(file.subarray(at + 1, at + 1 + (file[at] as number)));
  }
  return JSON.parse(Buffer.concat(blocks).toString());
}
