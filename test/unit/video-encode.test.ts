import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EncoderFailed, encodeVideo, type VideoJob } from '../../src/video/encode-video.js';
import { FfmpegMissing, findFfmpeg } from '../../src/video/ffmpeg.js';
import { firstFrame, probeVideo } from '../support/probe-video.js';

const folder = mkdtempSync(join(tmpdir(), 'reelql-video-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ffmpeg = (await findFfmpeg()).path;
const size = { width: 64, height: 32, fps: 15 };

async function* gradient(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Uint8Array.from({ length: 64 * 32 * 3 }, (_, k) => (k * 3 + i * 5) % 256);
}

async function* solid(count: number, rgb: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Uint8Array.from({ length: 64 * 32 * 3 }, (_, k) => rgb[k % 3] ?? 0);
}

/** A program in ffmpeg's place that answers questions, and then says which process it is and does as the script says. */
function impostor(name: string, script: string): string {
  const path = join(folder, name);
  const encoding = `echo $$ >'${path}.pid'; ${script}`;
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *rawvideo*) ${encoding} ;; *) exec '${ffmpeg}' "$@" ;; esac\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Once it encodes. */
async function pidOf(path: string): Promise<number> {
  await expect.poll(() => existsSync(`${path}.pid`) && readFileSync(`${path}.pid`, 'utf8')).toMatch(/\n/);
  return Number(readFileSync(`${path}.pid`, 'utf8'));
}

const mp4 = (name: string) => [{ format: 'MP4_H264' as const, path: join(folder, name) }];
const job = (name: string, frames: AsyncIterable<Uint8Array>): VideoJob & { readonly output: string } => {
  return { ...size, frames, metadata: {}, files: mp4(name), output: join(folder, name) };
};

test('every frame arrives, in a form that browsers play', async () => {
  const video = job('plain.mp4', gradient(33));
  expect(await encodeVideo(video, { ffmpeg })).toEqual({ frames: 33 });
  const facts = await probeVideo(video.output);
  expect(facts).toMatchObject({ frames: 33, fps: 15, codec: 'h264', pixelFormat: 'yuv420p', width: 64, height: 32 });
  expect(facts.colour).toMatch(/^tv, bt709/);
});

test('the index stands before the frames, so that playing starts with the first bytes', async () => {
  const video = job('faststart.mp4', gradient(5));
  await encodeVideo(video, { ffmpeg });
  const { boxes } = await probeVideo(video.output);
  expect(boxes.indexOf('moov')).toBeGreaterThan(-1);
  expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
});

test.each([
  ['red', [220, 30, 30]],
  ['green', [40, 200, 60]],
  ['blue', [30, 40, 210]],
  ['grey', [128, 128, 128]],
  ['white', [255, 255, 255]],
])('%s comes back as it went in', async (name, rgb) => {
  const video = job(`${name}.mp4`, solid(3, rgb));
  await encodeVideo(video, { ffmpeg });
  const frame = await firstFrame(video.output);
  rgb.forEach((value, channel) => {
    expect(Math.abs((frame[channel] ?? 0) - value), `channel ${channel}`).toBeLessThanOrEqual(3);
  });
});

test('settings travel in the comment tag, whatever the prompt holds', async () => {
  const metadata = { prompt: 'a "red"; car = fast\\ & 红色跑车\n# 100 %', seed: 2 ** 53 - 1, nested: { a: [1, null] } };
  const video = { ...job('metadata.mp4', gradient(3)), metadata };
  await encodeVideo(video, { ffmpeg });
  const { comment } = await probeVideo(video.output);
  expect(JSON.parse(comment ?? 'null')).toEqual(metadata);
});

test('the same frames give the same bytes', async () => {
  const [a, b] = [job('same-1.mp4', gradient(17)), job('same-2.mp4', gradient(17))];
  await encodeVideo(a, { ffmpeg });
  await encodeVideo(b, { ffmpeg });
  expect(readFileSync(a.output).equals(readFileSync(b.output))).toBe(true);
});

test('frames are taken no faster than ffmpeg takes them', async () => {
  const slow = impostor('slow', 'exec sleep 30');
  let asked = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const frame of gradient(500)) {
      asked++;
      yield frame;
    }
  }
  await expect(encodeVideo(job('slow.mp4', counted()), { ffmpeg: slow, stallMs: 300 })).rejects.toThrow(EncoderFailed);
  // A pipe holds 64 KiB, node's streams some more: at 6 KiB a frame that is some dozens, not 500.
  expect(asked).toBeLessThan(60);
});

test('a hung ffmpeg is ended, also when it hangs after the last frame', async () => {
  const hung = impostor('hung', 'cat >/dev/null; exec sleep 30');
  async function* patient(): AsyncGenerator<Uint8Array> {
    await pidOf(hung);
    yield* gradient(3);
  }
  const video = job('hung.mp4', patient());
  await expect(encodeVideo(video, { ffmpeg: hung, stallMs: 300 })).rejects.toThrow('stopped responding');
  expect(isRunning(await pidOf(hung))).toBe(false);
});

test('a slow ffmpeg is not a hung one: what it has written counts', async () => {
  // Three seconds and more, of which none is without a frame.
  const upTo = Array.from({ length: 60 }, (_, i) => i + 1);
  const lines = upTo.map((n) => `sleep 0.05; echo "frame=${n} fps=1 q=1.0 size=1kB" >&2;`);
  const slow = impostor('diligent', `cat >/dev/null; ${lines.join(' ')} exit 0`);
  const seen: number[] = [];
  const video = { ...job('diligent.mp4', gradient(61)), onEncoded: (frames: number) => seen.push(frames) };
  expect(await encodeVideo(video, { ffmpeg: slow, stallMs: 2500 })).toEqual({ frames: 61 });
  expect(seen).toEqual([...upTo, 61]);
});

test('an ffmpeg that is killed in the middle is an encoder failure', async () => {
  const killed = impostor('killed', 'head -c 20000 >/dev/null; kill -9 $$');
  const failure = await encodeVideo(job('killed.mp4', gradient(200)), { ffmpeg: killed }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(EncoderFailed);
  expect((failure as EncoderFailed).detail).toContain('SIGKILL');
});

test('what ffmpeg complains of is kept for the log', async () => {
  const video = { ...job('x.mp4', gradient(3)), files: mp4(join('no', 'such', 'folder.mp4')) };
  const failure = await encodeVideo(video, { ffmpeg }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EncoderFailed);
  expect((failure as EncoderFailed).detail).toMatch(/No such file/);
});

test('an error of the frames is handed on as it is', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* gradient(2);
    throw new RangeError('the decoder gave up');
  }
  await expect(encodeVideo(job('broken.mp4', broken()), { ffmpeg })).rejects.toThrow('the decoder gave up');
});

test('a frame of the wrong size is refused', async () => {
  const wrong = { ...job('wrong.mp4', gradient(2)), width: 62 };
  await expect(encodeVideo(wrong, { ffmpeg })).rejects.toThrow('frame 0 has 6144 bytes; 62x32 rgb24 has 5952');
});

test('aborted in the middle: it rejects with the reason and leaves no process', async () => {
  const abort = new AbortController();
  const slow = impostor('aborted', 'exec cat >/dev/null');
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let i = 0; ; i++) {
      if (i === 40) await pidOf(slow).then(() => abort.abort(new Error('changed my mind')));
      yield* gradient(1);
    }
  }
  const video = { ...job('aborted.mp4', endless()), signal: abort.signal };
  await expect(encodeVideo(video, { ffmpeg: slow })).rejects.toThrow('changed my mind');
  expect(isRunning(await pidOf(slow))).toBe(false);
});

test('aborted before the process exists', async () => {
  const abort = new AbortController();
  const encoding = encodeVideo({ ...job('early.mp4', gradient(100)), signal: abort.signal }, { ffmpeg });
  abort.abort(new Error('too early'));
  await expect(encoding).rejects.toThrow('too early');
  await expect(encodeVideo({ ...job('early.mp4', gradient(1)), signal: abort.signal }, { ffmpeg })).rejects.toThrow(
    'too early',
  );
});

test('the ffmpeg that is named is taken, and a bad one is named', async () => {
  expect(await findFfmpeg({ REELQL_FFMPEG: ffmpeg })).toMatchObject({ path: ffmpeg, origin: 'REELQL_FFMPEG' });
  const missing = findFfmpeg({ REELQL_FFMPEG: join(folder, 'nothing') });
  await expect(missing).rejects.toThrow(FfmpegMissing);
  await expect(missing).rejects.toThrow('REELQL_FFMPEG: not there');
});

function isRunning(pid: number): boolean {
  try {
    // A zombie still answers kill(0).
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
