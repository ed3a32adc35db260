import type { ComponentName, Manifest } from '../../inference/bundle/manifest.js';
import { decoderChannels } from '../../inference/wan/vae/decoder.js';
import type { Device } from '../execution/devices.js';
import type { GenerationSettings } from '../generations/generation.js';
import { decoderLevels } from './arithmetic.js';
import { componentBytes, latentFrames, mostRows, tokensPerRow } from './work.js';

/** A unit as the peak model sees it: what it needs beside the weights. */
export interface PeakUnit {
  readonly model: string;
  readonly component: ComponentName;
  /** What its memory grows with: tokens of all rows (denoiser), latent positions (VAE), prompts (text encoder). */
  readonly size: number;
  /** From the networks' sizes, before anything was measured: too much rather than too little. */
  readonly modeledBytes: number;
}

const mebibyte = 2 ** 20;
/** Context, kernels and workspaces of a process on a GPU (0.55 GB measured on an H100); what Node and a session take on the CPU. */
const processBytes = { CUDA: 768 * mebibyte, CPU: 128 * mebibyte } as const;
/** fp16 on GPUs, fp32 on the CPU. */
const elementBytes = { CUDA: 2, CPU: 4 } as const;
/** What a tokenizer can make of a prompt at most. */
const maxPromptTokens = 512;

type Kind = Device['kind'];

/** Arrays as large as the latents, between two steps: these, the solver's estimates of earlier steps and where its step began. One more with step caching. */
const arraysOfState = 4;

/**
 * A generation between two steps, in the memory of an executor's process: float32 arrays and the embeddings of two prompts. Up to
 * 26 MB of the 5B model at 480p, most of it the prompts.
 */
export function stateBytes(settings: GenerationSettings, { vae, textEncoder }: Manifest): number {
  const positions =
    latentFrames(settings.frameCount) * Math.ceil(settings.width / 16) * Math.ceil(settings.height / 16);
  const embeddings = 2 * maxPromptTokens * textEncoder.config.width;
  const arrays = arraysOfState + (settings.cacheSteps ? 1 : 0);
  return 4 * (arrays * vae.config.latentChannels * positions + embeddings);
}

/** The units of a generation, one of each component, with what they need on a kind of device. */
export function peakUnits(
  settings: GenerationSettings,
  manifest: Manifest,
  kind: Kind,
): Readonly<Record<ComponentName, PeakUnit>> {
  return {
    textEncoder: textEncoderPeak(manifest, kind),
    denoiser: denoiserPeak(settings, manifest, kind, mostRows(settings)),
    vae: decoderPeak(settings, manifest, kind),
  };
}

/**
 * A batch of rows in the denoiser. Of the 5B model at 3,120 tokens a row two rows take 2.13 GB above the weights on an H100
 * (0.55 of it the context), 253 kB a token; 24 widths and 4 of the feed-forward network's are 262 kB.
 */
export function denoiserPeak(settings: GenerationSettings, manifest: Manifest, kind: Kind, rows: number): PeakUnit {
  const { width, ffnWidth, heads } = manifest.denoiser.config;
  const tokens = tokensPerRow(settings);
  const elements = (24 * width + 4 * ffnWidth) * tokens;
  // The CPU's attention may write all scores of a row down.
  const scores = kind === 'CPU' ? heads * tokens * tokens : 0;
  return {
    model: manifest.name,
    component: 'denoiser',
    size: rows * tokens,
    modeledBytes: processBytes[kind] + rows * (elements + scores) * elementBytes[kind],
  };
}

/**
 * One latent frame in the decoder, however many the video has: what its convolutions keep of the frames before and leave for the
 * next (456,800 numbers a position each in the 5B's VAE), and twenty times the largest activation (131,072): on an H100, 832×480
 * takes 10.4 GB above weights and context, 3.3 million numbers a position; these are 3.5.
 */
export function decoderPeak(settings: GenerationSettings, manifest: Manifest, kind: Kind): PeakUnit {
  const positions = (settings.width / 16) * (settings.height / 16);
  const numbers = 2 * decoderHistory(manifest) + 20 * decoderActivation(manifest);
  return {
    model: manifest.name,
    component: 'vae',
    size: positions,
    modeledBytes: processBytes[kind] + positions * numbers * elementBytes[kind],
  };
}

function textEncoderPeak(manifest: Manifest, kind: Kind): PeakUnit {
  const { width, ffnWidth, heads, headDim } = manifest.textEncoder.config;
  const elements = (8 * width + 4 * heads * headDim + 3 * ffnWidth + heads * maxPromptTokens) * maxPromptTokens;
  return {
    model: manifest.name,
    component: 'textEncoder',
    size: 1,
    // fp32 goes in and out, and norms are computed in it.
    modeledBytes: processBytes[kind] + 4 * elements,
  };
}

/** Numbers a latent position that the causal convolutions keep between chunks: two frames of what goes into each. */
export function decoderHistory({ vae: { config } }: Manifest): number {
  const channels = decoderChannels(config);
  const blocks = config.resBlocks + 1;
  let numbers = config.latentChannels + 4 * (channels[0] as number) + 64 * (channels[4] as number);
  for (const [level, { area }] of decoderLevels.entries()) {
    const before = channels[level] as number;
    const after = channels[level + 1] as number;
    const timeConv = level < 2 ? after : 0;
    numbers += area * (before + (2 * blocks - 1) * after + timeConv);
  }
  return 2 * numbers;
}

/** Numbers a latent position of the largest activation: what an up block leaves for the next level. */
function decoderActivation({ vae: { config } }: Manifest): number {
  const channels = decoderChannels(config);
  return Math.max(...decoderLevels.map(({ frames, area }, level) => frames * area * (channels[level] as number)));
}

/**
 * What a component's weights take on a device once its sessions are open: they are computed with in half precision on GPUs and in
 * single precision on the CPU, whatever they are stored in. The text encoder's embedding table stays in its file.
 */
export function weightsBytes(manifest: Manifest, component: ComponentName, kind: Kind): number {
  const stored = componentBytes(manifest, component);
  const parameters = parameterCount(manifest, component);
  // The VAE's file is taken for half precision: too much on the CPU if it is not, too little nowhere. On a GPU the decoder, most of
  // it, is there twice: the first frame and the later ones have a session each.
  if (parameters === null) return 2 * stored;
  const bytesEach = stored / (parameters.computed + parameters.table) < 3 ? 2 : 4;
  const share = parameters.computed / (parameters.computed + parameters.table);
  return Math.ceil((elementBytes[kind] / bytesEach) * stored * share);
}

/** Of the large matrices; `table` are those that are not loaded. */
function parameterCount(manifest: Manifest, component: ComponentName): { computed: number; table: number } | null {
  switch (component) {
    case 'textEncoder': {
      const { layers, width, ffnWidth, heads, headDim, vocabularySize } = manifest.textEncoder.config;
      return { computed: layers * width * (4 * heads * headDim + 3 * ffnWidth), table: vocabularySize * width };
    }
    case 'denoiser': {
      const { layers, width, ffnWidth } = manifest.denoiser.config;
      return { computed: layers * width * (8 * width + 2 * ffnWidth), table: 0 };
    }
    case 'vae':
      return null;
  }
}
