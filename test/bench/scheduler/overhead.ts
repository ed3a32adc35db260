import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startEmbedded } from '../../../clients/cli/server.js';
import { openToy } from '../toy-pipeline.js';

const prompt = 'A red sports car speeding through a desert highway at sunset';
const settings = { width: 256, height: 160, frameCount: 33, steps: 20, guidanceScale: 5, shift: 5, seed: 7 };

export interface Overhead {
  /** Of each round: the server's seconds over the bare pipeline's. */
  readonly denoising: readonly number[];
  readonly decoding: readonly number[];
  /** Event-loop delay of the process that serves and watches its own stream, while it denoises: p99 of each round, milliseconds. */
  readonly loopDelays: readonly number[];
}

/** The same video by the networks in a bare loop and through the whole server, in turns. */
export async function measureOverhead(folder: string, threads: number, rounds: number): Promise<Overhead> {
  const toy = await openToy('inference/models/toy/diffusers', { device: { kind: 'CPU' }, threads });
  await using connection = await startEmbedded({ dataDir: folder });
  const denoising: number[] = [];
  const decoding: number[] = [];
  const loopDelays: number[] = [];

  const served = async (): Promise<{ denoising: number; decoding: number }> => {
    const generation = await connection.client.generate({ prompt, settings, cache: 'BYPASS' });
    const entered = new Map<string, number>();
    // A new one each time: one that is enabled again takes the time in between for a delay.
    const delay = monitorEventLoopDelay({ resolution: 1 });
    for await (const event of generation.events()) {
      if (event.__typename !== 'GenerationProgressed') continue;
      const { phase } = event.progress;
      if (!entered.has(phase)) entered.set(phase, performance.now());
      if (phase === 'DENOISING') delay.enable();
      else delay.disable();
    }
    delay.disable(); // the last events may have come as one
    loopDelays.push(delay.percentile(99) / 1e6);
    const between = (from: string, to: string): number =>
      ((entered.get(to) ?? Number.NaN) - (entered.get(from) ?? Number.NaN)) / 1000;
    return { denoising: between('DENOISING', 'DECODING'), decoding: between('DECODING', 'ENCODING_VIDEO') };
  };

  try {
    await toy.run(prompt);
    await served();
    loopDelays.length = 0;
    for (let round = 0; round < rounds; round++) {
      const bare = await toy.run(prompt);
      const server = await served();
      denoising.push(server.denoising / bare.steps.reduce((a, b) => a + b, 0));
      decoding.push(server.decoding / bare.decode);
    }
  } finally {
    await toy.close();
  }
  return { denoising, decoding, loopDelays };
}
