import { describe, it } from 'vitest';
import { verifyModel } from '../../inference/verify/verify.js';
import {
  expectNoticed,
  inJson,
  inWeights,
  type Mutation,
  map,
  permute,
  swap,
  verifyMutated,
  type Weights,
} from '../support/mutate-model.js';

/**
 * Plausible mistakes in a VAE, put into the model's files; see verify-denoiser-mutations.test.ts. The decoder's forms share its
 * weights, so one of them, the fastest to open, stands for all.
 */
const mutation =
  (family: 'vaeSinglePass' | 'vaeEncode') =>
  (name: string, change: (weights: Weights) => void): Mutation => ({ name, family, change: inWeights('vae', change) });
const decoder = mutation('vaeSinglePass');
const encoder = mutation('vaeEncode');

/** Of the 2×2 pixels folded into channel c·4 + i: columns for rows. */
const transposed = (i: number) => i - (i % 4) + ([0, 2, 1, 3][i % 4] as number);

const flipKernel = (weights: Weights, name: string, axis: number) => permute(weights, name, axis, (i) => 2 - i);

const numbers = (config: Record<string, unknown>, key: string) => config[key] as number[];
const swapped = (values: number[], a: number, b: number) =>
  values.with(a, values[b] as number).with(b, values[a] as number);

const mutations: Mutation[] = [
  decoder('unfold: rows and columns of the 2×2 pixels swapped', (w) => {
    permute(w, 'decoder.conv_out.weight', 0, transposed);
    permute(w, 'decoder.conv_out.bias', 0, transposed);
  }),
  decoder('unfold: colours in reverse order', (w) => {
    const reversed = (i: number) => 8 - (i - (i % 4)) + (i % 4);
    permute(w, 'decoder.conv_out.weight', 0, reversed);
    permute(w, 'decoder.conv_out.bias', 0, reversed);
  }),
  decoder('time step: later frame before the earlier', (w) => {
    const halves = (i: number) => (i + 24) % 48;
    permute(w, 'decoder.up_blocks.0.upsampler.time_conv.weight', 0, halves);
    permute(w, 'decoder.up_blocks.0.upsampler.time_conv.bias', 0, halves);
  }),
  decoder('time step: frames interleaved over the channels', (w) => {
    const interleaved = (i: number) => (i % 24) * 2 + Math.floor(i / 24);
    permute(w, 'decoder.up_blocks.1.upsampler.time_conv.weight', 0, interleaved);
    permute(w, 'decoder.up_blocks.1.upsampler.time_conv.bias', 0, interleaved);
  }),
  decoder('a convolution that looks into the future', (w) =>
    flipKernel(w, 'decoder.mid_block.resnets.0.conv1.weight', 2),
  ),
  decoder('a kernel with rows and columns swapped', (w) => {
    const plane = (i: number) => Math.floor(i / 9) * 9 + (i % 3) * 3 + (Math.floor(i / 3) % 3);
    reordered(w, 'decoder.up_blocks.2.upsampler.resample.1.weight', plane);
  }),
  decoder('attention: keys before queries', (w) => {
    const third = (i: number) => (i < 24 ? i + 24 : i < 48 ? i - 24 : i);
    permute(w, 'decoder.mid_block.attentions.0.to_qkv.weight', 0, third);
    permute(w, 'decoder.mid_block.attentions.0.to_qkv.bias', 0, third);
  }),
  decoder('attention: query, key and value interleaved', (w) => {
    const interleaved = (i: number) => (i % 24) * 3 + Math.floor(i / 24);
    permute(w, 'decoder.mid_block.attentions.0.to_qkv.weight', 0, interleaved);
    permute(w, 'decoder.mid_block.attentions.0.to_qkv.bias', 0, interleaved);
  }),
  decoder('norms without their gammas', (w) => {
    for (const name of [...w.keys()].filter((each) => each.startsWith('decoder') && each.endsWith('gamma')))
      map(w, name, () => 1);
  }),
  decoder('norms of a block swapped', (w) =>
    swap(w, 'decoder.up_blocks.0.resnets.0.norm1.gamma', 'decoder.up_blocks.0.resnets.0.norm2.gamma'),
  ),
  decoder('the shortcut without its convolution’s bias', (w) =>
    map(w, 'decoder.up_blocks.2.resnets.0.conv_shortcut.bias', () => 0),
  ),
  decoder('one weight wrong by 1 %', (w) =>
    map(w, 'decoder.up_blocks.1.resnets.1.conv2.weight', (value, i) => (i === 4321 ? value * 1.01 : value)),
  ),
  {
    name: 'latents of two channels denormalised with each other’s mean',
    family: 'vaeSinglePass',
    change: inJson('vae/config.json', (config) => ({ latents_mean: swapped(numbers(config, 'latents_mean'), 3, 4) })),
  },
  {
    name: 'latents denormalised without their deviation',
    family: 'vaeSinglePass',
    change: inJson('vae/config.json', () => ({ latents_std: Array<number>(48).fill(1) })),
  },
  encoder('fold: rows and columns of the 2×2 pixels swapped', (w) =>
    permute(w, 'encoder.conv_in.weight', 1, transposed),
  ),
  encoder('mean and variance swapped', (w) => {
    permute(w, 'quant_conv.weight', 0, (i) => (i + 48) % 96);
    permute(w, 'quant_conv.bias', 0, (i) => (i + 48) % 96);
  }),
  encoder('a time step that looks into the future', (w) =>
    flipKernel(w, 'encoder.down_blocks.1.downsampler.time_conv.weight', 2),
  ),
  encoder('downsampling from the other corner', (w) => {
    flipKernel(w, 'encoder.down_blocks.0.downsampler.resample.1.weight', 2);
    flipKernel(w, 'encoder.down_blocks.0.downsampler.resample.1.weight', 3);
  }),
  encoder('one weight wrong by 1 %', (w) =>
    map(w, 'encoder.conv_out.weight', (value, i) => (i === 777 ? value * 1.01 : value)),
  ),
  {
    name: 'latents normalised with mean and deviation of the next channel',
    family: 'vaeEncode',
    change: inJson('vae/config.json', (config) => ({
      latents_mean: [...numbers(config, 'latents_mean').slice(1), 0],
      latents_std: [...numbers(config, 'latents_std').slice(1), 1],
    })),
  },
];

function reordered(weights: Weights, name: string, from: (i: number) => number): void {
  const old = weights.get(name)?.data as Float32Array;
  map(weights, name, (_, i) => old[from(i)] as number);
}

describe('the verifier notices', () => {
  it.each(mutations.map((each) => [`${each.family}: ${each.name}`, each] as const))('%s', async (_name, each) => {
    const rows = await verifyMutated(each, verifyModel);
    expectNoticed(rows);
  });
});
