import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { findFfmpeg } from '../../src/video/ffmpeg.js';

export interface VideoFacts {
  readonly frames: number;
  readonly fps: number;
  readonly codec: string;
  readonly pixelFormat: string;
  readonly colour: string;
  readonly width: number;
  readonly height: number;
  readonly comment: string | null;
  /** Top-level boxes of the file in their order. */
  readonly boxes: readonly string[];
}

/** What ffmpeg itself says of a video file. */
export async function probeVideo(path: string): Promise<VideoFacts> {
  const { path: ffmpeg } = await findFfmpeg();
  const run = spawnSync(ffmpeg, ['-hide_banner', '-i', path, '-map', '0:v', '-f', 'null', '-'], { encoding: 'utf8' });
  const stream = /Stream #0:0.*?: Video: (\w+).*?, (\w+)\(([^)]*)\).*?, (\d+)x(\d+).*?, ([\d.]+) fps/.exec(run.stderr);
  if (!stream) throw new Error(`ffmpeg found no video in ${path}:\n${run.stderr}`);
  const [, codec = '', pixelFormat = '', colour = '', width, height, fps] = stream;
  return {
    frames: Number([...run.stderr.matchAll(/frame=\s*(\d+)/g)].at(-1)?.[1]),
    fps: Number(fps),
    codec,
    pixelFormat,
    colour,
    width: Number(width),
    height: Number(height),
    comment: commentOf(ffmpeg, path),
    boxes: topLevelBoxes(readFileSync(path)),
  };
}

/** Not from its log, which cuts a value off after 255 characters. */
function commentOf(ffmpeg: string, path: string): string | null {
  const { stdout } = spawnSync(ffmpeg, ['-v', 'error', '-i', path, '-f', 'ffmetadata', '-'], { encoding: 'utf8' });
  const escaped = /^comment=((?:\\[^]|[^\\\n])*)$/m.exec(stdout)?.[1];
  return escaped?.replace(/\\([^])/g, '$1') ?? null;
}

/** The first frame as ffmpeg turns it back to rgb24. */
export async function firstFrame(path: string): Promise<Uint8Array> {
  const { path: ffmpeg } = await findFfmpeg();
  const conversion = 'scale=in_color_matrix=bt709:in_range=tv:out_range=full:flags=accurate_rnd+full_chroma_int';
  const output = ['-vf', conversion, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  return spawnSync(ffmpeg, ['-i', path, ...output], { maxBuffer: 1e8 }).stdout;
}

/** Every frame as rgb24; `width` and `height` are those of the file. ffmpeg of 2018 reads no animated WebP, sharp does. */
export async function decodeFrames(path: string, width: number, height: number): Promise<Uint8Array[]> {
  const all = readFileSync(path).toString('latin1', 8, 12) === 'WEBP' ? await decodeWebp(path) : await decode(path);
  const size = width * height * 3;
  return Array.from({ length: all.length / size }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

function decodeWebp(path: string): Promise<Uint8Array> {
  return sharp(path, { pages: -1 }).removeAlpha().raw().toBuffer();
}

async function decode(path: string): Promise<Uint8Array> {
  const { path: ffmpeg } = await findFfmpeg();
  const conversion = 'scale=in_color_matrix=bt709:out_range=full:flags=accurate_rnd+full_chroma_int';
  const output = ['-vsync', '0', '-vf', conversion, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  return spawnSync(ffmpeg, ['-v', 'error', '-i', path, ...output], { maxBuffer: 1e9 }).stdout;
}

function topLevelBoxes(file: Buffer): string[] {
  const boxes: string[] = [];
  for (let at = 0; at + 8 <= file.length; at += Math.max(8, file.readUInt32BE(at))) {
    boxes.push(file.toString('latin1', at + 4, at + 8));
  }
  return boxes;
}
