/**
 * What is left to do for an MP4 when its last frame has come, and what it costs in bytes and PSNR to make that less: frames as a GPU
 * decodes them (four at a time) into ffmpeg as the server calls it, with other options of x264 in turns.
 *
 *     node dist/test/bench/mp4-tail.js [--ms 62] [--rounds 5] [VIDEO.mp4 …]
 *
 * Mandelbrot's set, zoomed, and faint noise, which random weights decode to, beside the videos, which are enlarged to 832×480.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { reproducible } from '../../src/video/encode-video.js';
import { findFfmpeg } from '../../src/video/ffmpeg.js';
import { formatSpecs } from '../../src/video/formats.js';
import { psnr } from './psnr.js';

const { values, positionals } = parseArgs({
  options: { ms: { type: 'string', default: '62' }, rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const [width, height, fps, count] = [832, 480, 16, 29];
const size = `${width}x${height}`;
const raw = ['-f', 'rawvideo', '-video_size', size, '-framerate', String(fps)];

/** What comes later wins. */
const x264 = (threads: number, params?: string) => [
  '-threads',
  `${threads}`,
  ...(params ? ['-x264-params', params] : []),
];
const variants: Readonly<Record<string, readonly string[]>> = {
  'as served': [],
  '4 threads, 4 frames more in the queue of the look ahead': x264(4, 'sync-lookahead=4'),
  '4 threads': x264(4, 'sync-lookahead=0'),
  '6 threads': x264(6, 'sync-lookahead=0'),
  '8 threads': x264(8, 'sync-lookahead=0'),
  '16 threads': x264(16, 'sync-lookahead=0'),
  'no macroblock tree, crf 20': [...x264(12, 'sync-lookahead=0:mbtree=0'), '-crf', '20'],
  'no macroblock tree, crf 20, 4 threads': [...x264(4, 'sync-lookahead=0:mbtree=0'), '-crf', '20'],
  '4 slices': x264(4, 'sliced-threads=1'),
  '7 slices': x264(7, 'sliced-threads=1'),
};

const { path: program, version } = await findFfmpeg();
const folder = mkdtempSync(join(tmpdir(), 'reelql-tail-'));

function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  const { stdout, stderr, status } = spawnSync(program, ['-v', 'error', ...args], { input, maxBuffer: 2 ** 31 });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  return stdout;
}

/** Luma of limited range, one frame after the other. */
const luma = (planes: Uint8Array): Uint8Array => {
  const [plane, frame] = [width * height, (width * height * 3) / 2];
  const parts = Array.from({ length: count }, (_, i) => planes.subarray(i * frame, i * frame + plane));
  return Buffer.concat(parts);
};

/** @returns milliseconds from when the last frames are there to the program's end */
async function encode(pictures: Uint8Array, options: readonly string[], path: string): Promise<number> {
  const { options: asServed } = formatSpecs.MP4_H264;
  const args = [...asServed(fps), ...reproducible, ...options];
  const child = spawn(program, ['-v', 'error', ...raw, '-pix_fmt', 'rgb24', '-i', '-', '-an', ...args, '-y', path], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  const frame = width * height * 3;
  let last = 0;
  for (let i = 0; i < count; i++) {
    if (i % 4 === 1) await setTimeout(Number(values.ms));
    if (i + 4 >= count && last === 0) last = performance.now();
    if (!child.stdin.write(pictures.subarray(i * frame, (i + 1) * frame))) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return performance.now() - last;
}

const sources = new Map<string, readonly string[]>([
  ["Mandelbrot's set", ['-f', 'lavfi', '-i', `mandelbrot=size=${size}:rate=${fps}`]],
  ['Faint noise', ['-f', 'lavfi', '-i', `color=gray:size=${size}:rate=${fps},noise=alls=6:allf=t`]],
  ...positionals.map((path) => [path, ['-i', path]] as const),
]);
console.log(
  `ffmpeg ${version}, ${availableParallelism()} processors, ${size}x${count}, four frames every ${values.ms} ms`,
);
try {
  for (const [name, input] of sources) {
    const frames = ['-vf', `scale=${width}:${height}`, '-frames:v', String(count)];
    const pictures = ffmpeg([...input, ...frames, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
    const planes = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
    const [, filter] = formatSpecs.MP4_H264.options(fps)
      .join('\n')
      .match(/^-vf\n(.*)$/m) as RegExpMatchArray;
    const exact = luma(ffmpeg([...raw, '-pix_fmt', 'rgb24', '-i', '-', '-vf', filter as string, ...planes], pictures));
    const tails = new Map<string, number[]>(Object.keys(variants).map((variant) => [variant, []]));
    const path = (variant: string) => join(folder, `${variant}.mp4`);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [variant, options] of Object.entries(variants)) {
        tails.get(variant)?.push(await encode(pictures, options, path(variant)));
      }
    }
    console.log(`${name}: milliseconds from the last frames to ffmpeg's end, median and range; bytes; PSNR of luma`);
    for (const [variant, times] of tails) {
      const sorted = times.sort((a, b) => a - b).map((ms) => ms.toFixed(0));
      const bytes = readFileSync(path(variant)).length;
      const decibels = psnr(luma(ffmpeg(['-i', path(variant), ...planes])), exact).toFixed(2);
      const median = sorted[sorted.length >> 1];
      console.log(
        `  ${variant}: ${median} (${sorted[0]} … ${sorted.at(-1)}); ${(bytes / 1000).toFixed(0)} kB; ${decibels} dB`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
