import { z } from 'zod';

/**
 * The configuration files of the diffusers layout, with the defaults that its classes fill in, in our spelling.
 * Only the Wan2.2-TI2V form is accepted; a value that would need other arithmetic is an error, not a guess.
 * Source: diffusers transformer_wan.py, autoencoder_kl_wan.py; transformers configuration_umt5.py.
 */

const nothing = z.null().optional();

export const denoiserConfigSchema = z
  .object({
    num_layers: z.number().int().positive().default(40),
    num_attention_heads: z.number().int().positive().default(40),
    attention_head_dim: z.number().int().positive().multipleOf(2).default(128),
    ffn_dim: z.number().int().positive().default(13824),
    in_channels: z.number().int().positive().default(16),
    out_channels: z.number().int().positive().default(16),
    text_dim: z.number().int().positive().default(4096),
    freq_dim: z.number().int().positive().multipleOf(2).default(256),
    patch_size: z.tuple([z.literal(1), z.literal(2), z.literal(2)]).default([1, 2, 2]),
    cross_attn_norm: z.literal(true).default(true),
    qk_norm: z.literal('rms_norm_across_heads').default('rms_norm_across_heads'),
    eps: z.number().positive().default(1e-6),
    image_dim: nothing,
    added_kv_proj_dim: nothing,
    pos_embed_seq_len: nothing,
  })
  .transform((c) => ({
    layers: c.num_layers,
    heads: c.num_attention_heads,
    headDim: c.attention_head_dim,
    /** D, the model width. */
    width: c.num_attention_heads * c.attention_head_dim,
    ffnWidth: c.ffn_dim,
    inChannels: c.in_channels,
    outChannels: c.out_channels,
    textDim: c.text_dim,
    freqDim: c.freq_dim,
    eps: c.eps,
  }));
export type DenoiserConfig = z.output<typeof denoiserConfigSchema>;

export const vaeConfigSchema = z
  .object({
    base_dim: z.number().int().positive().default(96),
    decoder_base_dim: z.number().int().positive().nullable().default(null),
    z_dim: z.number().int().positive().default(16),
    dim_mult: z.array(z.number().int().positive()).length(4).default([1, 2, 4, 4]),
    num_res_blocks: z.number().int().positive().default(2),
    attn_scales: z.array(z.never()).default([]),
    temperal_downsample: z.tuple([z.literal(false), z.literal(true), z.literal(true)]),
    is_residual: z.literal(true),
    in_channels: z.literal(12),
    out_channels: z.literal(12),
    patch_size: z.literal(2),
    scale_factor_spatial: z.literal(16),
    scale_factor_temporal: z.literal(4),
    latents_mean: z.array(z.number()),
    latents_std: z.array(z.number().positive()),
  })
  .refine((c) => c.latents_mean.length === c.z_dim && c.latents_std.length === c.z_dim, {
    message: 'latents_mean and latents_std must have z_dim numbers each',
  })
  .transform((c) => ({
    baseDim: c.base_dim,
    decoderBaseDim: c.decoder_base_dim ?? c.base_dim,
    latentChannels: c.z_dim,
    dimMultipliers: c.dim_mult,
    resBlocks: c.num_res_blocks,
    latentsMean: c.latents_mean,
    latentsStd: c.latents_std,
  }));
export type VaeConfig = z.output<typeof vaeConfigSchema>;

export const textEncoderConfigSchema = z
  .object({
    d_model: z.number().int().positive(),
    d_ff: z.number().int().positive(),
    d_kv: z.number().int().positive(),
    num_heads: z.number().int().positive(),
    num_layers: z.number().int().positive(),
    vocab_size: z.number().int().positive(),
    relative_attention_num_buckets: z.number().int().positive().default(32),
    relative_attention_max_distance: z.number().int().positive().default(128),
    layer_norm_epsilon: z.number().positive().default(1e-6),
    feed_forward_proj: z.literal('gated-gelu').default('gated-gelu'),
  })
  .transform((c) => ({
    width: c.d_model,
    ffnWidth: c.d_ff,
    headDim: c.d_kv,
    heads: c.num_heads,
    layers: c.num_layers,
    vocabularySize: c.vocab_size,
    buckets: c.relative_attention_num_buckets,
    maxDistance: c.relative_attention_max_distance,
    eps: c.layer_norm_epsilon,
  }));
export type TextEncoderConfig = z.output<typeof textEncoderConfigSchema>;
