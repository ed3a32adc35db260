/**
 * What each format costs, alone and all from one pass, and what subtitles add.
 *
 *     node dist/test/bench/video-formats.js VIDEO.mp4
 *
 * The frames are those of the video, enlarged to 832×480. Seconds are of the processor, not of the clock: those of ffmpeg and of
 * this process.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeVideo } from '../../src/video/encode-video.js';
import { findFfmpeg } from '../../src/video/ffmpeg.js';
import { subtitleFrames } from '../../src/video/frames.js';
import { type VideoFormat, videoFormats } from '../../src/video/outputs.js';

const [width, height, fps] = [832, 480, 16];
const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: video-formats VIDEO.mp4');
const { path: program, version } = await findFfmpeg();
const folder = mkdtempSync(join(tmpdir(), 'reelql-formats-'));
const pictures = rawFrames(source);
process.stdout.write(`ffmpeg ${version}, ${width}×${height}, ${pictures.length} frames\n`);

function rawFrames(path: string): Uint8Array[] {
  const options = [
    '-v',
    'error',
    '-i',
    path,
    '-vf',
    `scale=${width}:${height}`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ];
  const { stdout } = spawnSync(program, options, { maxBuffer: 2 ** 31 });
  const size = width * height * 3;
  return Array.from({ length: stdout.length / size }, (_, i) => stdout.subarray(i * size, (i + 1) * size));
}

async function* frames(): AsyncGenerator<Uint8Array, void, void> {
  yield* pictures;
}

/** Of this process and of those that it has waited for. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  const ticks = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' })
    .stdout.split(') ')[1]
    ?.split(' ');
  return (user + system) / 1e6 + (Number(ticks?.[13]) + Number(ticks?.[14])) / 100;
}

async function measure(name: string, formats: readonly VideoFormat[], subtitled = false): Promise<void> {
  const files = formats.map((format) => ({ format, path: join(folder, format) }));
  const subtitles = [{ text: '红色跑车在日落时的海边驰骋', startSeconds: 0, endSeconds: 60 }];
  const shown = subtitled ? subtitleFrames(frames(), { width, height, fps, subtitles }) : frames();
  const before = processorSeconds();
  await encodeVideo({ frames: shown, width, height, fps, metadata: {}, files }, { ffmpeg: program });
  const seconds = processorSeconds() - before;
  const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0);
  process.stdout.write(`${name.padEnd(22)} ${seconds.toFixed(2).padStart(6)} s ${String(bytes).padStart(9)} bytes\n`);
}

try {
  for (const format of videoFormats) await measure(format, [format]);
  await measure('all four, one pass', videoFormats);
  await measure('MP4_H264, subtitled', ['MP4_H264'], true);
} finally {
  rmSync(folder, { recursive: true });
}
