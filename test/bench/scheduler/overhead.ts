import { readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { startEmbedded } from '../../../clients/cli/server.js';
import { openBundle } from '../../../inference/bundle/open-bundle.js';
import { latentShape } from '../../../inference/pipeline/latents.js';
import { previewFrames } from '../../../inference/pipeline/preview.js';
import { encodePreview, type RgbFrames } from '../../../src/video/preview.js';
import { childProcesses } from '../../support/child-processes.js';
import { openToy } from '../toy-pipeline.js';

const prompt = 'A red sports car speeding through a desert highway at sunset';
const settings = { width: 256, height: 160, frameCount: 33, steps: 20, guidanceScale: 5, shift: 5, seed: 7, fps: 16 };

/** Of the steps of one video: seconds, and processor seconds. */
export interface Cost {
  readonly seconds: number;
  /** Of this process, in which the bare loop, the server and who watches it run. */
  readonly here: number;
  readonly executors: number;
}

/** What was made, each twice: the networks alone; they and the pictures of every step that the server sends; the whole server. */
export const ways = ['networks', 'same work', 'server'] as const;
export type Way = (typeof ways)[number];

export type Block = Readonly<Record<Way, Cost>>;

export interface Overhead {
  readonly blocks: readonly Block[];
  /** Event-loop delay of the process that serves and watches its own stream, while it denoises: p99 of each video, milliseconds. */
  readonly loopDelays: readonly number[];
}

/**
 * The same video by each way, over and over, in blocks of 1 2 3 3 2 1: what changes steadily on the machine during a block is
 * the same for all of them.
 */
export async function measureOverhead(
  folder: string,
  { threads, blocks, onBlock }: { readonly threads: number; readonly blocks: number; onBlock(block: Block): void },
): Promise<Overhead> {
  const loopDelays: number[] = [];
  const toy = await openToy('inference/models/toy/diffusers', { device: { kind: 'CPU' }, threads });
  await using connection = await startEmbedded({ dataDir: folder });
  const { manifest } = await openBundle('inference/models/toy');
  const shape = latentShape(settings, manifest.vae.config.latentChannels);
  const { frames: count, width, height } = shape;
  const picturesOf = (x0: Float32Array): RgbFrames => {
    return { data: previewFrames(x0, shape, manifest.preview), count, width, height };
  };

  const bare = async (withPreviews: boolean): Promise<Cost> => {
    const pictures: Promise<unknown>[] = [];
    let begun = now();
    let ended = begun;
    await toy.run(prompt, async (step, x0) => {
      if (!x0) begun = now();
      else if (withPreviews) pictures.push(encodePreview(picturesOf(x0), step, settings.fps));
      if (step < settings.steps) return undefined;
      await Promise.all(pictures);
      ended = now();
      return 'stop';
    });
    return between(begun, ended);
  };

  /** @param delay measured while it denoises; null in the videos whose cost counts, for a timer every millisecond takes 1 to 3 % of it */
  const served = async (delay: IntervalHistogram | null = null): Promise<Cost> => {
    const generation = await connection.client.generate({ prompt, settings, cache: 'BYPASS' });
    const entered = new Map<string, Cost>();
    for await (const event of generation.events()) {
      if (event.__typename !== 'GenerationProgressed') continue;
      const { phase } = event.progress;
      if (!entered.has(phase)) entered.set(phase, now());
      if (phase === 'DENOISING') delay?.enable();
      else delay?.disable();
    }
    delay?.disable(); // the last events may have come as one
    const [begun, ended] = [entered.get('DENOISING'), entered.get('DECODING')];
    if (!begun || !ended) throw new Error('the events do not tell when it was denoised');
    return between(begun, ended);
  };

  const make: Readonly<Record<Way, () => Promise<Cost>>> = {
    networks: () => bare(false),
    'same work': () => bare(true),
    server: () => served(),
  };
  const loopDelay = async (): Promise<number> => {
    // A new one each time: one that is enabled again takes the time in between for a delay.
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await served(delay);
    return delay.percentile(99) / 1e6;
  };
  try {
    for (const way of ways) await make[way]();
    const measured: Block[] = [];
    for (let i = 0; i < blocks; i++) {
      const [first, second, third] = [await make.networks(), await make['same work'](), await make.server()];
      const block = {
        server: combine(third, await make.server(), 1),
        'same work': combine(second, await make['same work'](), 1),
        networks: combine(first, await make.networks(), 1),
      };
      onBlock(block);
      measured.push(block);
      loopDelays.push(await loopDelay());
    }
    return { blocks: measured, loopDelays };
  } finally {
    await toy.close();
  }
}

function now(): Cost {
  return { seconds: performance.now() / 1000, here: ownCpuSeconds(), executors: executorsCpuSeconds() };
}

const combine = (a: Cost, b: Cost, sign: 1 | -1): Cost => ({
  seconds: a.seconds + sign * b.seconds,
  here: a.here + sign * b.here,
  executors: a.executors + sign * b.executors,
});
const between = (from: Cost, to: Cost): Cost => combine(to, from, -1);

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Linux counts in hundredths of a second (proc(5): utime and stime), which is a thousandth of a video's steps. */
function executorsCpuSeconds(): number {
  const ticks = childProcesses('executor').map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((total, each) => total + each, 0) / 100;
}
