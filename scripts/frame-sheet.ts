/**
 * A picture of videos for people who cannot play them: a row a video, frames from first to last, its prompt above.
 *
 *     node dist/scripts/frame-sheet.js SHEET.webp VIDEO.mp4 …
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp, { type OverlayOptions } from 'sharp';
import { findFfmpeg } from '../src/video/ffmpeg.js';

const columns = 5;
const captionHeight = 22;
const run = promisify(execFile);
const { path: ffmpeg } = await findFfmpeg();

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Clip extends Size {
  readonly prompt: string;
  /** RGB24, evenly spaced. */
  readonly frames: Buffer[];
}

/** Our MP4s say what is in them: their comment holds the prompt and the settings. */
async function readClip(video: string): Promise<Clip> {
  const { stdout: metadata } = await run(ffmpeg, ['-v', 'error', '-i', video, '-f', 'ffmetadata', '-']);
  const comment = /^comment=(.*)$/m.exec(metadata)?.[1]?.replace(/\\(.)/g, '$1');
  if (!comment) throw new Error(`${video} was not made by ReelQL: it has no comment with its settings`);
  const { prompt, crop, ...whole } = JSON.parse(comment) as { prompt: string; crop?: Size } & Size;
  const { width, height } = crop ?? whole;
  const raw = await decode(video);
  const size = width * height * 3;
  const count = raw.length / size;
  const frames = Array.from({ length: columns }, (_, i) => {
    const start = Math.round((i * (count - 1)) / (columns - 1)) * size;
    return raw.subarray(start, start + size);
  });
  return { prompt, width, height, frames };
}

/** All frames as RGB24. */
async function decode(video: string): Promise<Buffer> {
  const options = { encoding: 'buffer' as const, maxBuffer: 2 ** 30 };
  return (await run(ffmpeg, ['-v', 'error', '-i', video, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], options)).stdout;
}

function caption(text: string, width: number): Buffer {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${captionHeight}">
       <text x="4" y="15" font-family="DejaVu Sans, Noto Sans CJK SC, sans-serif" font-size="13" fill="#222">${escaped}</text>
     </svg>`,
  );
}

const [target, ...videos] = process.argv.slice(2);
if (!target || videos.length === 0) throw new Error('usage: frame-sheet SHEET.webp|SHEET.png VIDEO.mp4 …');
const clips = await Promise.all(videos.map(readClip));
const width = Math.max(...clips.map((clip) => clip.width * columns));
const layers: OverlayOptions[] = [];
let top = 0;
for (const clip of clips) {
  layers.push({ input: caption(clip.prompt, width), left: 0, top });
  top += captionHeight;
  const raw = { width: clip.width, height: clip.height, channels: 3 as const };
  clip.frames.forEach((input, i) => {
    layers.push({ input, raw, left: i * clip.width, top });
  });
  top += clip.height;
}
const sheet = sharp({ create: { width, height: top, channels: 3, background: '#fff' } }).composite(layers);
await (target.endsWith('.png') ? sheet.png({ palette: true }) : sheet.webp({ quality: 75, effort: 6 })).toFile(target);
process.stdout.write(`${target}: ${clips.length} videos, ${width}×${top}\n`);
