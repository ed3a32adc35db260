import type { Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import { channelNorm } from './channel-norm.js';
import type { Clip, ClipForm } from './clip.js';
import type { Past } from './past.js';

/**
 * The layers that encoder and decoder share. Source: diffusers autoencoder_kl_wan.py, WanRMS_norm, WanResidualBlock,
 * WanAttentionBlock and WanMidBlock.
 */

/** Two causal convolutions, each behind norm and SiLU, added to the input. */
export function resBlock(form: ClipForm, x: Clip, name: string, past: Past): Clip {
  const inner = form.normedConv(x, `${name}.norm1`, `${name}.conv1`, past, 'mayLeaveBias');
  const outer = form.normedConv(inner, `${name}.norm2`, `${name}.conv2`, past, 'mayLeaveBias');
  const shortcut = form.graph.hasWeight(`${name}.conv_shortcut.weight`)
    ? form.frameConv(x, `${name}.conv_shortcut`)
    : x;
  return form.sum(outer, shortcut);
}

export function midBlock(form: ClipForm, x: Clip, name: string, past: Past): Clip {
  const before = resBlock(form, x, `${name}.resnets.0`, past);
  const attended = form.eachFrame(before, (frames) => attention(frames, `${name}.attentions.0`));
  return resBlock(form, attended, `${name}.resnets.1`, past);
}

/** Self-attention over the positions of a frame with a single head, added to the input; x [n, C, h, w]. */
function attention(x: Value, name: string): Value {
  const g = x.graph;
  const channels = g.shapeOf(`${name}.norm.gamma`)[0] as number;
  const normed = channelNorm(x, `${name}.norm.gamma`, 2);
  const qkv = op.reshape(pointwise(normed, `${name}.to_qkv`), [0, 3 * channels, -1]); // [n, 3C, h·w]
  const [q, k, v] = op.split(qkv, [channels, channels, channels], 1) as [Value, Value, Value];
  const scores = op.fusedMatmul(q, k, { transA: true, alpha: 1 / Math.sqrt(channels) }); // [n, queries, keys]
  const mixed = op.fusedMatmul(v, op.softmax(scores), { transB: true }); // [n, C, queries]
  return op.add(x, pointwise(op.reshapeTo(mixed, op.shape(x)), `${name}.proj`));
}

/** 1×1 convolution of frames [n, in, h, w]. */
function pointwise(x: Value, name: string): Value {
  return op.conv(x, x.graph.weight(`${name}.weight`), x.graph.weight(`${name}.bias`));
}
