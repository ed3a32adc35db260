import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LatentShape, VaeDecoder } from '../../inference/pipeline/networks.js';
import { liveHandles } from '../../inference/runtime/native/handle.js';
import { NativeSession } from '../../inference/runtime/native/native-session.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { randomVae, uniform } from '../support/random-vae.js';
import { expectSameBits } from '../support/same-bits.js';

/** Latent frames that are decoded before anybody asks for them, where runs leave the thread free. */
const shape: LatentShape = { channels: 4, frames: 6, height: 2, width: 2 };
const wider: LatentShape = { ...shape, width: 3 };
const small = { baseDim: 4, decoderBaseDim: 4, latentChannels: 4, resBlocks: 1 };

function latentsOf({ channels, frames, height, width }: LatentShape): Float32Array {
  const next = uniform(5);
  return Float32Array.from({ length: channels * frames * height * width }, () => 2 * next());
}

let vae: Awaited<ReturnType<typeof randomVae>>;
let decoder: VaeDecoder;
/** Runs begun since the test began. */
let runs: number;
/** Its number, for one that fails. */
let failing: number | undefined;

beforeEach(async () => {
  runs = 0;
  failing = undefined;
  const { runKeeping } = NativeSession.prototype;
  vi.spyOn(NativeSession.prototype, 'runKeeping').mockImplementation(async function (this: NativeSession, ...args) {
    if (++runs === failing) throw new Error('out of memory');
    return runKeeping.apply(this, args);
  });
  vae = await randomVae(small);
  decoder = await openVaeDecoder(vae, { device: { kind: 'CPU' }, threads: 1, binding: 'native', layout: 'tensor' });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await decoder.close();
  await vae.close();
  expect(liveHandles()).toBe(0);
});

/** @returns its chunks, and how many runs had been begun when each was there */
async function decode(size: LatentShape, chunks = size.frames) {
  runs = 0;
  const begun: number[] = [];
  const pixels: Float32Array[] = [];
  for await (const chunk of decoder.decode(size, latentsOf(size))) {
    begun.push(runs);
    pixels.push(chunk.data);
    if (pixels.length === chunks) break;
  }
  return { begun, pixels };
}

describe('a decoder beside its thread', () => {
  it('shows all the memory that its sessions need from chunk to chunk, then begins every run ahead', async () => {
    const first = await decode(shape);
    expect(first.begun).toEqual([1, 2, 4, 5, 6, 6]);
    const second = await decode(shape);
    expect(second.begun).toEqual([2, 3, 4, 5, 6, 6]);
    for (const [i, pixels] of second.pixels.entries()) expectSameBits(pixels, first.pixels[i] as Float32Array);
  });

  it('is wary of new sessions again: for another size, or for this one after another', async () => {
    await decode(shape);
    expect((await decode(wider)).begun).toEqual([1, 2, 4, 5, 6, 6]);
    expect((await decode(shape)).begun).toEqual([1, 2, 4, 5, 6, 6]);
    // Too few frames to have seen all.
    await decode(wider, 2);
    expect((await decode(wider)).begun).toEqual([1, 2, 4, 5, 6, 6]);
  });

  it.each(['new', 'used'])('keeps nothing when it is stopped, %s sessions', async (which) => {
    const whole = await decode(which === 'used' ? shape : wider);
    const held = liveHandles();
    for (let chunks = 1; chunks <= shape.frames; chunks++) {
      // Of another size before, it has new sessions.
      if (which === 'new') await decode(wider);
      const { pixels } = await decode(shape, chunks);
      expect(pixels).toHaveLength(chunks);
      expect(liveHandles()).toBe(held);
    }
    const again = await decode(which === 'used' ? shape : wider);
    for (const [i, pixels] of again.pixels.entries()) expectSameBits(pixels, whole.pixels[i] as Float32Array);
  });

  it('keeps nothing of a run that fails, and tells whoever asks for its frames', async () => {
    const whole = await decode(shape);
    const held = liveHandles();
    for (failing = 1; failing <= shape.frames; failing++) {
      const chunks = decoder.decode(shape, latentsOf(shape));
      runs = 0;
      for (let i = 1; i < failing; i++) expect((await chunks.next()).done).toBe(false);
      await expect(chunks.next()).rejects.toThrow('out of memory');
      expect(liveHandles()).toBe(held);
    }
    for (failing = 2; failing <= shape.frames; failing++) {
      // Nobody asks for them.
      await decode(shape, failing - 1);
      expect(liveHandles()).toBe(held);
    }
    failing = undefined;
    const again = await decode(shape);
    for (const [i, pixels] of again.pixels.entries()) expectSameBits(pixels, whole.pixels[i] as Float32Array);
  });
});
