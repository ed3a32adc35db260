import type { Graph } from '../graph/graph.js';
import { framesPerLatent, pixelsPerLatent } from '../pipeline/latents.js';
import type { LatentShape, PixelChunk, VaeDecoder } from '../pipeline/networks.js';
import { type DType, elementCount, float32, type Tensor } from '../tensor.js';
import {
  canFuse,
  firstChunkDecoder,
  nextChunkDecoder,
  singlePassDecoder,
  unrolledDecoder,
  type VaeSource,
} from '../wan/vae/decoder-graphs.js';
import { type FusedOptions, withFusedOperators } from './fused-operators.js';
import { type KeptTensor, openSession, type Results, type Session, type SessionOptions } from './session.js';
import { type Lease, SizedSessions } from './sized-sessions.js';

export interface VaeDecoderOptions extends SessionOptions, FusedOptions {
  /** float32 on the CPU, float16 on CUDA if left out: what is fast there. */
  readonly compute?: DType;
  /**
   * `streaming`, if left out: a run per latent frame; memory does not grow with the video, and every run can be the last.
   * The histories between them, 1.4 GB at 480p, stay on the device.
   * `unrolled`: the same work in one run. `single`: all frames at once; memory grows with the video. Both to compare with.
   */
  readonly form?: 'streaming' | 'unrolled' | 'single';
  /** How frames lie in the graph; not the single pass's. If left out `frames` on the CPU, `channelsLast` on CUDA. */
  readonly layout?: 'frames' | 'tensor' | 'channelsLast';
}

/**
 * On an H100 at 832x480x29 0.37 s and 8.1 GB. Before our own operators: 0.73 s and 13.7 GB, with memory planned ahead as one piece 18.6 GB;
 * channels first 0.93 s and 16.2 GB; all in one run through onnxruntime-node 1.32 s and 38.3 GB (test/bench/RESULTS.md).
 */
const onCuda = { compute: 'float16', form: 'streaming', layout: 'channelsLast', memoryPattern: false } as const;
const onCpu = { compute: 'float32', form: 'streaming', layout: 'frames' } as const;

/** Opens the VAE's decoder. Sessions are made for a size of latents when it first occurs, and kept until another does. */
export async function openVaeDecoder(source: VaeSource, options: VaeDecoderOptions): Promise<VaeDecoder> {
  const chosen = { ...(options.device.kind === 'CUDA' ? onCuda : onCpu), ...options };
  const fuses = chosen.layout === 'channelsLast' && canFuse(source.config);
  return new OrtVaeDecoder(source, withFusedOperators(chosen, chosen.compute, fuses));
}

class OrtVaeDecoder implements VaeDecoder {
  private readonly sized = new SizedSessions();

  constructor(
    private readonly source: VaeSource,
    private readonly options: VaeDecoderOptions & Required<Pick<VaeDecoderOptions, 'compute' | 'form' | 'layout'>>,
  ) {}

  async *decode(shape: LatentShape, latents: Float32Array): AsyncGenerator<PixelChunk, void, void> {
    this.check(shape, latents);
    const lease = await this.acquire(shape);
    try {
      const [first, next] = lease.sessions as [Session, Session | undefined];
      // In the layout by frames a history passes on part of the one before.
      const inPlace = this.options.layout !== 'frames';
      yield* next
        ? stream({ first, next, inPlace, memory: lease.memory }, shape, latents)
        : atOnce(first, shape, latents);
    } finally {
      await lease.release();
    }
  }

  close(): Promise<void> {
    return this.sized.close();
  }

  private acquire({ frames, height, width }: LatentShape): Promise<Lease> {
    const { device, compute, layout, form: kind, customOperators } = this.options;
    // The single pass takes every size. Elsewhere fixed sizes let ONNX Runtime prepare the graphs 2 to 15 times as fast.
    const key = { single: '', streaming: `${height}x${width}`, unrolled: `${height}x${width}x${frames}` }[kind];
    const form = layout === 'channelsLast' && device.kind === 'CPU' ? 'channelsLast, transposed' : layout;
    const fused = customOperators !== undefined;
    const graph = { form, compute, fused, dims: { rows: 1, height, width } } as const;
    const graphs = {
      single: () => [singlePassDecoder(this.source, compute)],
      unrolled: () => [unrolledDecoder(this.source, frames, graph)],
      streaming: () => [firstChunkDecoder(this.source, graph), nextChunkDecoder(this.source, graph)],
    }[kind];
    return this.sized.acquire(key, () => openAll(graphs(), this.options));
  }

  private check(shape: LatentShape, latents: Float32Array): void {
    const { channels, frames, height, width } = shape;
    const { latentChannels } = this.source.config;
    if (channels !== latentChannels || Math.min(frames, height, width) < 1) {
      throw new Error(
        `latents of shape [${channels}, ${frames}, ${height}, ${width}] where [${latentChannels}, …] is due`,
      );
    }
    if (latents.length !== elementCount([channels, frames, height, width])) {
      throw new Error(`${latents.length} numbers for latents of [${channels}, ${frames}, ${height}, ${width}]`);
    }
  }
}

/** All or none: an error closes what is open. */
async function openAll(graphs: readonly Graph[], options: SessionOptions): Promise<Session[]> {
  const sessions: Session[] = [];
  try {
    for (const graph of graphs) sessions.push(await openSession(graph, options));
    return sessions;
  } catch (error) {
    for (const session of sessions) await session.close();
    throw error;
  }
}

async function* atOnce(session: Session, shape: LatentShape, latents: Float32Array): AsyncGenerator<PixelChunk> {
  const { channels, frames, height, width } = shape;
  const { pixels } = await session.run({ latents: float32(latents, [1, channels, frames, height, width]) });
  yield* chunksOf(pixels as Tensor);
}

/**
 * A run of this frame has all the memory that later ones need: it was the first to read what a run of the same session had left. Until
 * there was one nothing is begun ahead, so that whoever measures memory from chunk to chunk sees all of it.
 */
const settlingFrame = 2;

interface Streaming {
  readonly first: Session;
  readonly next: Session;
  /** Whether a history may be written over the one before: it is made of what was joined from that. */
  readonly inPlace: boolean;
  readonly memory: Lease['memory'];
}

/**
 * The histories that the first run leaves under NAME and later ones under `next.NAME` are what the next takes under NAME. Where runs
 * leave this thread free, the next one computes while somebody works on the pixels of the last; the array for its own was made while
 * that one computed.
 */
async function* stream(
  { first, next, inPlace, memory }: Streaming,
  shape: LatentShape,
  latents: Float32Array,
): AsyncGenerator<PixelChunk> {
  const { channels, frames, height, width } = shape;
  const histories: Record<string, KeptTensor> = {};
  let made: Tensor | undefined;
  const run = (frame: number): Promise<Results> => {
    const feeds = { latents: float32(latentFrame(shape, latents, frame), [1, channels, 1, height, width]) };
    const keep = (name: string) => name !== 'pixels' && ((inPlace && histories[historyName(name)]) || true);
    const into = next.runsAside ? { pixels: made ?? newPixels(shape, frame) } : {};
    made = undefined;
    // Later than the run, which begins in this turn of the event loop.
    if (next.runsAside && frame + 1 < frames) setImmediate(() => (made = newPixels(shape, frame + 1)));
    return (frame === 0 ? first : next).runKeeping({ ...feeds, ...histories }, keep, { into });
  };
  let ahead: Promise<Results> | undefined;
  try {
    for (let frame = 0; frame < frames; frame++) {
      const { tensors, kept } = await (ahead ?? run(frame));
      replace(histories, kept);
      memory.settled ||= frame >= settlingFrame;
      ahead = next.runsAside && memory.settled && frame + 1 < frames ? run(frame + 1) : undefined;
      // Whoever asks for its frames hears of its failure; nobody may.
      ahead?.catch(() => {});
      yield* chunksOf(tensors.pixels as Tensor);
    }
  } finally {
    const left = await ahead?.catch(() => undefined);
    replace(histories, left?.kept ?? {});
    for (const history of Object.values(histories)) history.release();
  }
}

/** For what a latent frame decodes to; its pages are touched (array-stock.ts). */
function newPixels({ height, width }: LatentShape, frame: number): Tensor {
  const dims = [1, 3, frame === 0 ? 1 : framesPerLatent, height * pixelsPerLatent, width * pixelsPerLatent];
  return float32(new Float32Array(elementCount(dims)).fill(0), dims);
}

const historyName = (output: string): string => output.replace('next.', '');

/** What was not written over is released. */
function replace(histories: Record<string, KeptTensor>, kept: Readonly<Record<string, KeptTensor>>): void {
  for (const [output, history] of Object.entries(kept)) {
    const name = historyName(output);
    if (histories[name] !== history) histories[name]?.release();
    histories[name] = history;
  }
}

/** One frame of latents [channels, frames, height, width]. */
function latentFrame(
  { channels, frames, height, width }: LatentShape,
  latents: Float32Array,
  frame: number,
): Float32Array {
  const area = height * width;
  const result = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const start = (c * frames + frame) * area;
    result.set(latents.subarray(start, start + area), c * area);
  }
  return result;
}

/** The frames of a result as the pipeline wants them: a single one where their number is 4n + 1, then four at a time. */
function* chunksOf(pixels: Tensor): Generator<PixelChunk> {
  const [, channels, frames, height, width] = pixels.dims as [number, number, number, number, number];
  const data = pixels.data as Float32Array;
  const area = height * width;
  for (let from = 0; from < frames; ) {
    const count = from === 0 && frames % 4 === 1 ? 1 : 4;
    const chunk = count === frames ? data : new Float32Array(channels * count * area);
    for (let c = 0; chunk !== data && c < channels; c++) {
      const start = (c * frames + from) * area;
      chunk.set(data.subarray(start, start + count * area), c * count * area);
    }
    yield { data: chunk, frames: count, height, width };
    from += count;
  }
}
