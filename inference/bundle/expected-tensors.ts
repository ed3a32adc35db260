import type { DenoiserConfig, TextEncoderConfig, VaeConfig } from '../wan/config.js';

/** Tensor names with their shapes, as a diffusers folder stores them. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

type Add = (name: string, ...shape: number[]) => void;

/**
 * Every tensor that a network of a configuration needs.
 * Source: wan-architecture.md §2.3, §3, §4; diffusers transformer_wan.py and autoencoder_kl_wan.py, transformers modeling_umt5.py.
 */
export const expectedTensors = {
  textEncoder: (config: TextEncoderConfig): ExpectedTensors => collect((add) => textEncoder(add, config)),
  denoiser: (config: DenoiserConfig): ExpectedTensors => collect((add) => denoiser(add, config)),
  vae: (config: VaeConfig): ExpectedTensors => collect((add) => vae(add, config)),
};

function collect(list: (add: Add) => void): ExpectedTensors {
  const tensors = new Map<string, readonly number[]>();
  list((name, ...shape) => tensors.set(name, shape));
  return tensors;
}

function textEncoder(add: Add, c: TextEncoderConfig): void {
  const inner = c.heads * c.headDim;
  add('shared.weight', c.vocabularySize, c.width);
  for (let i = 0; i < c.layers; i++) {
    const attention = `encoder.block.${i}.layer.0`;
    for (const name of ['q', 'k', 'v']) add(`${attention}.SelfAttention.${name}.weight`, inner, c.width);
    add(`${attention}.SelfAttention.o.weight`, c.width, inner);
    add(`${attention}.SelfAttention.relative_attention_bias.weight`, c.buckets, c.heads);
    add(`${attention}.layer_norm.weight`, c.width);
    const feedForward = `encoder.block.${i}.layer.1`;
    for (const name of ['wi_0', 'wi_1']) add(`${feedForward}.DenseReluDense.${name}.weight`, c.ffnWidth, c.width);
    add(`${feedForward}.DenseReluDense.wo.weight`, c.width, c.ffnWidth);
    add(`${feedForward}.layer_norm.weight`, c.width);
  }
  add('encoder.final_layer_norm.weight', c.width);
}

function denoiser(add: Add, c: DenoiserConfig): void {
  const d = c.width;
  const linear = (name: string, out: number, from: number) => {
    add(`${name}.weight`, out, from);
    add(`${name}.bias`, out);
  };
  add('patch_embedding.weight', d, c.inChannels, 1, 2, 2);
  add('patch_embedding.bias', d);
  linear('condition_embedder.time_embedder.linear_1', d, c.freqDim);
  linear('condition_embedder.time_embedder.linear_2', d, d);
  linear('condition_embedder.time_proj', 6 * d, d);
  linear('condition_embedder.text_embedder.linear_1', d, c.textDim);
  linear('condition_embedder.text_embedder.linear_2', d, d);
  for (let i = 0; i < c.layers; i++) {
    const block = `blocks.${i}`;
    for (const attention of ['attn1', 'attn2']) {
      for (const name of ['to_q', 'to_k', 'to_v', 'to_out.0']) linear(`${block}.${attention}.${name}`, d, d);
      for (const name of ['norm_q', 'norm_k']) add(`${block}.${attention}.${name}.weight`, d);
    }
    add(`${block}.norm2.weight`, d);
    add(`${block}.norm2.bias`, d);
    linear(`${block}.ffn.net.0.proj`, c.ffnWidth, d);
    linear(`${block}.ffn.net.2`, d, c.ffnWidth);
    add(`${block}.scale_shift_table`, 1, 6, d);
  }
  add('scale_shift_table', 1, 2, d);
  linear('proj_out', 4 * c.outChannels, d);
}

/** Pixels are folded 2×2 before the encoder and unfolded after the decoder: 3 colours, 12 channels. */
const foldedChannels = 12;

function vae(add: Add, c: VaeConfig): void {
  const conv = (name: string, out: number, from: number, ...kernel: number[]) => {
    add(`${name}.weight`, out, from, ...kernel);
    add(`${name}.bias`, out);
  };
  const causal = (name: string, out: number, from: number) => conv(name, out, from, 3, 3, 3);
  const resnet = (name: string, from: number, out: number) => {
    add(`${name}.norm1.gamma`, from, 1, 1, 1);
    causal(`${name}.conv1`, out, from);
    add(`${name}.norm2.gamma`, out, 1, 1, 1);
    causal(`${name}.conv2`, out, out);
    if (from !== out) conv(`${name}.conv_shortcut`, out, from, 1, 1, 1);
  };
  const middle = (name: string, channels: number) => {
    resnet(`${name}.resnets.0`, channels, channels);
    add(`${name}.attentions.0.norm.gamma`, channels, 1, 1);
    conv(`${name}.attentions.0.to_qkv`, 3 * channels, channels, 1, 1);
    conv(`${name}.attentions.0.proj`, channels, channels, 1, 1);
    resnet(`${name}.resnets.1`, channels, channels);
  };

  const z = c.latentChannels;
  const down = [1, ...c.dimMultipliers].map((m) => m * c.baseDim);
  const at = (dims: readonly number[], j: number) => dims[j] as number;
  const last = c.dimMultipliers.length - 1;
  causal('encoder.conv_in', at(down, 0), foldedChannels);
  for (let j = 0; j <= last; j++) {
    const block = `encoder.down_blocks.${j}`;
    const out = at(down, j + 1);
    for (let k = 0; k < c.resBlocks; k++) resnet(`${block}.resnets.${k}`, k === 0 ? at(down, j) : out, out);
    if (j < last) conv(`${block}.downsampler.resample.1`, out, out, 3, 3);
    if (j === 1 || j === 2) conv(`${block}.downsampler.time_conv`, out, out, 3, 1, 1);
  }
  middle('encoder.mid_block', at(down, last + 1));
  add('encoder.norm_out.gamma', at(down, last + 1), 1, 1, 1);
  causal('encoder.conv_out', 2 * z, at(down, last + 1));
  conv('quant_conv', 2 * z, 2 * z, 1, 1, 1);

  conv('post_quant_conv', z, z, 1, 1, 1);
  const up = [...c.dimMultipliers, c.dimMultipliers[last] as number].reverse().map((m) => m * c.decoderBaseDim);
  causal('decoder.conv_in', at(up, 0), z);
  middle('decoder.mid_block', at(up, 0));
  for (let j = 0; j <= last; j++) {
    const block = `decoder.up_blocks.${j}`;
    const out = at(up, j + 1);
    for (let k = 0; k <= c.resBlocks; k++) resnet(`${block}.resnets.${k}`, k === 0 ? at(up, j) : out, out);
    if (j < last) conv(`${block}.upsampler.resample.1`, out, out, 3, 3);
    if (j === 0 || j === 1) conv(`${block}.upsampler.time_conv`, 2 * out, out, 3, 1, 1);
  }
  add('decoder.norm_out.gamma', at(up, last + 1), 1, 1, 1);
  causal('decoder.conv_out', foldedChannels, at(up, last + 1));
}
