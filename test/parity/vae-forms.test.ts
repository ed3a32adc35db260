import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LatentShape, PixelChunk, VaeDecoder } from '../../inference/pipeline/networks.js';
import { liveHandles } from '../../inference/runtime/native/handle.js';
import { type KeptTensor, openSession, type Session } from '../../inference/runtime/session.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { openVaeEncoder } from '../../inference/runtime/vae-encoder.js';
import { float32, type Tensor } from '../../inference/tensor.js';
import { firstChunkDecoder, nextChunkDecoder, unrolledDecoder } from '../../inference/wan/vae/decoder-graphs.js';
import { joinFrames } from '../support/clips.js';
import { expandFused } from '../support/expand-fused.js';
import { randomVae, uniform } from '../support/random-vae.js';
import { expectWithin } from '../support/reference.js';
import { expectSameBits } from '../support/same-bits.js';

/** Forms share little code below the network's outline, so that they agree says much for each of them. */
const limits = { max_abs: 2e-5, rel_l2: 5e-6 };
const options = { device: { kind: 'CPU' }, threads: 1 } as const;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
  expect(liveHandles()).toBe(0);
});
function closing<T extends { close(): Promise<void> }>(value: T): T {
  opened.push(value);
  return value;
}

function randomLatents({ channels, frames, height, width }: LatentShape, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: channels * frames * height * width }, () => 2 * next());
}

async function decode(decoder: VaeDecoder, shape: LatentShape, latents: Float32Array): Promise<Float32Array> {
  const chunks: PixelChunk[] = [];
  for await (const chunk of decoder.decode(shape, latents)) chunks.push(chunk);
  return joinFrames(chunks);
}

const widths = [
  { baseDim: 4, decoderBaseDim: 6, latentChannels: 8 },
  { baseDim: 4, decoderBaseDim: 4, latentChannels: 5, dimMultipliers: [4, 4, 2, 2], resBlocks: 1, seed: 2 },
];
/** Its shortcut from 4 to 3 times the base spreads three cells over four; no encoder has such widths. */
const uneven = {
  baseDim: 4,
  decoderBaseDim: 5,
  latentChannels: 6,
  dimMultipliers: [1, 3, 4, 4],
  resBlocks: 1,
  seed: 3,
};
/** A width at which ONNX Runtime's blocked kernels take over. */
const blocked = { baseDim: 4, decoderBaseDim: 16, latentChannels: 16, resBlocks: 1, seed: 4 };

describe.each([...widths, uneven, blocked])('a decoder of width $decoderBaseDim times $dimMultipliers', (width) => {
  it.each([
    { frames: 4, height: 3, width: 5 },
    { frames: 2, height: 1, width: 1 },
  ])('gives the same pixels in every form: $frames frames of $height×$width', async (size) => {
    const vae = closing(await randomVae(width));
    const shape = { channels: width.latentChannels, ...size };
    const latents = randomLatents(shape, 9);
    const single = closing(await openVaeDecoder(vae, { ...options, form: 'single' }));
    const expected = await decode(single, shape, latents);
    expect(expected.some((value) => Math.abs(value) < 1)).toBe(true); // not all clamped

    const streaming = closing(await openVaeDecoder(vae, { ...options, form: 'streaming' }));
    expectWithin(await decode(streaming, shape, latents), expected, limits);
    const unrolled = closing(await openVaeDecoder(vae, { ...options, form: 'unrolled' }));
    expectWithin(await decode(unrolled, shape, latents), expected, limits);

    // As on CUDA: every layout, in a session whose results stay where they are.
    for (const layout of ['tensor', 'channelsLast'] as const) {
      const decoder = closing(await openVaeDecoder(vae, { ...options, binding: 'native', layout }));
      expectWithin(await decode(decoder, shape, latents), expected, limits);
    }
    for (const form of ['tensor', 'channelsLast, transposed'] as const) {
      const graph = unrolledDecoder(vae, shape.frames, { form, compute: 'float32' });
      const session = closing(await openSession(graph, options));
      const dims = [1, shape.channels, shape.frames, shape.height, shape.width];
      const { pixels } = await session.run({ latents: float32(latents, dims) });
      expectWithin(pixels?.data as Float32Array, expected, limits);
    }
  });
});

describe('the decoder of fused operators', () => {
  it('gives the pixels of the plain one', async () => {
    const vae = closing(await randomVae(blocked));
    const shape = { channels: blocked.latentChannels, frames: 3, height: 2, width: 3 };
    const latents = float32(randomLatents(shape, 9), [1, shape.channels, shape.frames, shape.height, shape.width]);
    const pixelsOf = async (fused: boolean) => {
      const graph = unrolledDecoder(vae, shape.frames, { form: 'channelsLast, transposed', compute: 'float32', fused });
      return (await closing(await openSession(graph, options)).run({ latents })).pixels?.data as Float32Array;
    };
    const plain = await pixelsOf(false);
    const met = expandFused();
    expectWithin(await pixelsOf(true), plain, limits);
    vi.restoreAllMocks();
    // A latent frame: two residual blocks in the middle and two in each of four up blocks, and the norm before the output.
    expect(met).toEqual({ BiasRmsNormSiluAfter: 3 * (2 * 10 + 1), BiasAdd: 3 * 10 });
  });

  it('leaves the histories of the plain one after every latent frame, also over those before', async () => {
    const vae = closing(await randomVae(blocked));
    const dims = { rows: 1, height: 2, width: 3 };
    const next = uniform(9);
    const frames = Array.from({ length: 4 }, () => {
      const latents = Float32Array.from({ length: blocked.latentChannels * 6 }, () => 2 * next());
      return float32(latents, [1, blocked.latentChannels, 1, 2, 3]);
    });
    const sessionsOf = async (fused: boolean) => {
      const graph = { form: 'channelsLast, transposed', compute: 'float32', fused, dims } as const;
      const graphs = [firstChunkDecoder(vae, graph), nextChunkDecoder(vae, graph)];
      return Promise.all(
        graphs.map(async (each) => closing(await openSession(each, { ...options, binding: 'native' }))),
      );
    };
    const plain = await runsApart(await sessionsOf(false), frames);
    expandFused();
    const sessions = await sessionsOf(true);
    vi.restoreAllMocks();
    const fused = await runsApart(sessions, frames);
    for (const [i, results] of plain.entries()) {
      expect(Object.keys(fused[i] ?? {})).toEqual(Object.keys(results));
      // All in one: what the first frame leaves for doubling frames is zeros, from which nothing has a relative distance.
      expectWithin(numbersOf(fused[i] ?? {}), numbersOf(results), limits);
    }
    const inPlace = await runsInPlace(sessions, frames);
    for (const [i, pixels] of inPlace.entries()) expectSameBits(pixels, fused[i]?.pixels?.data as Float32Array);
  });
});

const numbersOf = (results: Readonly<Record<string, Tensor>>): Float32Array =>
  Float32Array.from(Object.values(results).flatMap(({ data }) => [...(data as Float32Array)]));

const histories = <T>(left: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(left).map(([output, each]) => [output.replace('next.', ''), each]));

/** Pixels and histories of every latent frame, all in memory of their own. */
async function runsApart([first, next]: readonly Session[], frames: readonly Tensor[]) {
  const all: Record<string, Tensor>[] = [];
  let past: Record<string, Tensor> = {};
  for (const [i, latents] of frames.entries()) {
    const results = await ((i === 0 ? first : next) as Session).run({ latents, ...past });
    all.push(results);
    const { pixels: _, ...left } = results;
    past = histories(left);
  }
  return all;
}

/** Pixels of every latent frame, histories written over those before. */
async function runsInPlace([first, next]: readonly Session[], frames: readonly Tensor[]) {
  const all: Float32Array[] = [];
  let past: Record<string, KeptTensor> = {};
  for (const [i, latents] of frames.entries()) {
    const keep = (output: string) => output !== 'pixels' && (past[output.replace('next.', '')] ?? true);
    const { tensors, kept } = await ((i === 0 ? first : next) as Session).runKeeping({ latents, ...past }, keep);
    all.push(tensors.pixels?.data as Float32Array);
    past = histories(kept);
  }
  for (const each of Object.values(past)) each.release();
  return all;
}

describe.each(['node', 'native'] as const)('a streaming decoder, %s', (binding) => {
  const bound = { ...options, binding };
  const small = { baseDim: 4, decoderBaseDim: 4, latentChannels: 4, resBlocks: 1 };
  const shape = { channels: 4, frames: 6, height: 2, width: 2 };

  it('can be stopped between chunks, and starts afresh', async () => {
    const decoder = closing(await openVaeDecoder(closing(await randomVae(small)), bound));
    const latents = randomLatents(shape, 5);
    const whole = await decode(decoder, shape, latents);
    // From the third on, the next run is under way by then.
    for (const chunks of [1, 3, 5]) {
      let seen = 0;
      for await (const _ of decoder.decode(shape, latents)) if (++seen === chunks) break;
      expect(seen).toBe(chunks);
    }
    expectSameBits(await decode(decoder, shape, latents), whole);
  });

  it('takes another size', async () => {
    const decoder = closing(await openVaeDecoder(closing(await randomVae(small)), bound));
    for (const width of [2, 3, 2]) {
      const wider = { ...shape, width };
      const pixels = await decode(decoder, wider, randomLatents(wider, 5));
      expect(pixels.length).toBe(3 * 21 * 32 * 16 * width);
    }
  });

  it('decodes videos of two sizes in turns', async () => {
    const decoder = closing(await openVaeDecoder(closing(await randomVae(small)), bound));
    const videos = [2, 3]
      .map((width) => ({ ...shape, width }))
      .map((each) => ({ each, latents: randomLatents(each, 5) }));
    const whole = [];
    for (const { each, latents } of videos) whole.push(await decode(decoder, each, latents));
    const running = videos.map(({ each, latents }) => decoder.decode(each, latents));
    const chunks: PixelChunk[][] = [[], []];
    for (let turn = 0; turn < shape.frames; turn++) {
      for (const [i, generator] of running.entries()) chunks[i]?.push((await generator.next()).value as PixelChunk);
    }
    for (const [i, generator] of running.entries()) {
      expect((await generator.next()).done).toBe(true);
      expectSameBits(joinFrames(chunks[i] as PixelChunk[]), whole[i] as Float32Array);
    }
  });

  it('refuses latents of another model or size', async () => {
    const decoder = closing(await openVaeDecoder(closing(await randomVae(small)), bound));
    const start = (channels: number, count: number) =>
      decoder.decode({ ...shape, channels }, new Float32Array(count)).next();
    await expect(start(5, 60)).rejects.toThrow('latents of shape [5, 6, 2, 2] where [4, …] is due');
    await expect(start(4, 60)).rejects.toThrow('60 numbers for latents of [4, 6, 2, 2]');
  });
});

describe.each(widths)('an encoder of width $baseDim times $dimMultipliers', (width) => {
  it('sees nothing of the future', async () => {
    const encoder = closing(await openVaeEncoder(closing(await randomVae(width)), options));
    const next = uniform(6);
    const [height, wide, area] = [16, 48, 16 * 48];
    const data = Float32Array.from({ length: 3 * 9 * area }, () => next());
    const long = await encoder.encode({ data, frames: 9, height, width: wide });
    for (const frames of [1, 5]) {
      const head = new Float32Array(3 * frames * area);
      for (let c = 0; c < 3; c++) head.set(data.subarray(c * 9 * area, (c * 9 + frames) * area), c * frames * area);
      const short = await encoder.encode({ data: head, frames, height, width: wide });
      expect(short.shape).toEqual({ channels: width.latentChannels, frames: (frames + 3) / 4, height: 1, width: 3 });
      const seen = short.shape.frames * 3;
      const expected = Float32Array.from(
        short.latents,
        (_, i) => long.latents[Math.floor(i / seen) * 9 + (i % seen)] as number,
      );
      expectWithin(short.latents, expected, limits);
    }
  });
});
