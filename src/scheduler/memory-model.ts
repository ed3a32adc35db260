import { type ExpectedTensors, expectedTensors } from '../../inference/bundle/expected-tensors.js';
import type { ComponentName, Manifest } from '../../inference/bundle/manifest.js';
import { eightBitMatrix } from '../../inference/bundle/precision.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { elementCount } from '../../inference/tensor.js';
import { decoderChannels, decoderLevels, largestActivation } from '../../inference/wan/vae/decoder.js';
import type { Device } from '../execution/devices.js';
import type { GenerationSettings } from '../generations/generation.js';
import { latentFrames, tokensPerRow } from './work.js';

/** A unit as the peak model sees it: what it needs beside the weights. */
export interface PeakUnit {
  readonly model: string;
  readonly component: ComponentName;
  /** The VAE's encoder: opened for a picture and closed again, beside the decoder, which is the component's main part. */
  readonly part?: 'encoder' | undefined;
  /** What its memory grows with: tokens of all rows (denoiser), latent positions (VAE), prompts (text encoder). */
  readonly size: number;
  /** From the networks' sizes, before anything was measured: too much rather than too little. */
  readonly modeledBytes: number;
}

/**
 * CUDA's context and kernels in an executor: on an H100, the largest of cards, 0.6 GB with one component's in it and 0.2 more where all
 * have been.
 */
export const contextBytes = 0.8e9;
/** What sessions take beside their tensors: work spaces of the libraries' kernels; on the CPU Node's part, too. */
const sessionBytes = { CUDA: 200e6, CPU: 128 * 2 ** 20 } as const;
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

/**
 * Numbers a token as multiples of a denoiser's width and its feed-forward network's, by ONNX Runtime's operators or with our own
 * between them; `rounded`: tokens in 8 bits between layers.
 */
const denoiserShares = {
  CUDA: { widths: 20, ffnWidths: 4 },
  fused: { widths: 21, ffnWidths: 1 },
  rounded: { widths: 20, ffnWidths: 1.5 },
  CPU: { widths: 24, ffnWidths: 4 },
} as const;

const isEightBit = ({ denoiser }: Manifest, kind: Kind): boolean => denoiser.eightBits === true && kind === 'CUDA';

/**
 * A batch of rows in the denoiser. Of the 5B model a token takes 170 to 223 kB on an H100 without our operators (1 to 8 rows of 3,120
 * tokens, two of 27,280); 238 are reckoned. With them, GELU inside of its product, 130 to 146; 158 are reckoned. With matrices in 8 bits
 * 146 to 158 by our operators, which round tokens too; 166 are reckoned, without our operators 238. And some matrices in fp16: seven as large as
 * the largest without our operators, which widens them and keeps memory of each size, two with them, for cuBLASLt's kernels and work space.
 */
export function denoiserPeak(settings: GenerationSettings, manifest: Manifest, kind: Kind, rows: number): PeakUnit {
  const { width, ffnWidth, heads } = manifest.denoiser.config;
  const eightBits = isEightBit(manifest, kind);
  const fused = kind === 'CUDA' && builtKernelLibrary() !== null;
  const { widths, ffnWidths } = denoiserShares[fused ? (eightBits ? 'rounded' : 'fused') : kind];
  const matrices = (eightBits ? (fused ? 2 : 7) : 0) * width * ffnWidth;
  const tokens = tokensPerRow(settings);
  const elements = (widths * width + ffnWidths * ffnWidth) * tokens;
  // The CPU's attention may write all scores of a row down.
  const scores = kind === 'CPU' ? heads * tokens * tokens : 0;
  return {
    model: manifest.name,
    component: 'denoiser',
    size: rows * tokens,
    modeledBytes: sessionBytes[kind] + (matrices + rows * (elements + scores)) * elementBytes[kind],
  };
}

/**
 * One latent frame in the decoder, however many the video has: what its convolutions keep of the frames before (456,800 numbers a
 * position in the 5B's VAE; on a GPU the new ones are written over them), nine times the largest activation (131,072), and the
 * weights, in a session for the first frame and in one for the later ones, which are opened when the size is known.
 */
export function decoderPeak(settings: GenerationSettings, manifest: Manifest, kind: Kind): PeakUnit {
  const positions = positionsOf(settings);
  const { histories, activations } = {
    CUDA: { histories: 1, activations: 9 },
    CPU: { histories: 2, activations: 20 },
  }[kind];
  const numbers = histories * decoderHistory(manifest) + activations * largestActivation(manifest.vae.config);
  const weights = weightsBytes(manifest, 'vae', kind);
  return {
    model: manifest.name,
    component: 'vae',
    size: positions,
    modeledBytes: 2 * sessionBytes[kind] + weights + positions * numbers * elementBytes[kind],
  };
}

/**
 * A picture in the VAE's encoder, its weights included. The largest activation is that of the first level, 8×8 pixels a position. On
 * a GPU six of them live at once, as histories nobody asks for are not cut out; the pieces of the arena that they leave and others do not
 * fit into make it 8.53 at any size (a simulation; 8.5 by what two sizes took on an H100). Beside weights and these the executor took
 * 0.82 GB there, its context included: 0.95 are reckoned.
 */
export function encoderPeak(settings: GenerationSettings, manifest: Manifest, kind: Kind): PeakUnit {
  const positions = positionsOf(settings);
  const { activations, session } = {
    CUDA: { activations: 8.6, session: 150e6 },
    CPU: { activations: 30, session: sessionBytes.CPU },
  }[kind];
  const activation = 64 * manifest.vae.config.baseDim;
  const weights = parameters(expectedTensors.vae, manifest.vae.config, /^(encoder|quant_conv)\./);
  return {
    model: manifest.name,
    component: 'vae',
    part: 'encoder',
    size: positions,
    modeledBytes: session + (weights + activations * positions * activation) * elementBytes[kind],
  };
}

const positionsOf = ({ width, height }: GenerationSettings): number => (width / 16) * (height / 16);

export function textEncoderPeak(manifest: Manifest, kind: Kind): PeakUnit {
  const { width, ffnWidth, heads, headDim } = manifest.textEncoder.config;
  const elements = (8 * width + 4 * heads * headDim + 3 * ffnWidth + heads * maxPromptTokens) * maxPromptTokens;
  return {
    model: manifest.name,
    component: 'textEncoder',
    size: 1,
    // fp32 goes in and out, and norms are computed in it.
    modeledBytes: sessionBytes[kind] + 4 * elements,
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

/**
 * What a component's weights take on a device once its sessions are open: they are computed with in half precision on GPUs and in
 * single precision on the CPU, whatever they are stored in. The text encoder's embedding table stays in its file. The VAE's are
 * those of its decoder, which has a session for the first latent frame and one for the later ones. The denoiser's matrices in 8 bits stay
 * so on GPUs.
 */
export function weightsBytes(manifest: Manifest, component: ComponentName, kind: Kind): number {
  switch (component) {
    case 'textEncoder':
      return elementBytes[kind] * parameters(expectedTensors.textEncoder, manifest.textEncoder.config, /^encoder\./);
    case 'denoiser': {
      const count = (names: RegExp) => parameters(expectedTensors.denoiser, manifest.denoiser.config, names);
      return elementBytes[kind] * count(/./) - (isEightBit(manifest, kind) ? count(eightBitMatrix) : 0);
    }
    case 'vae':
      return (
        2 * elementBytes[kind] * parameters(expectedTensors.vae, manifest.vae.config, /^(decoder|post_quant_conv)\./)
      );
  }
}

/** Of these, what lies there from when the component is loaded: the VAE's sessions are opened by the units that need them. */
export function loadedBytes(manifest: Manifest, component: ComponentName, kind: Kind): number {
  return component === 'vae' ? 0 : weightsBytes(manifest, component, kind);
}

const counted = new WeakMap<object, Map<string, number>>();

/** Numbers in a network's tensors of these names; the policy asks again and again. */
function parameters<C extends object>(list: (config: C) => ExpectedTensors, config: C, names: RegExp): number {
  const known = counted.get(config) ?? new Map<string, number>();
  counted.set(config, known);
  let count = known.get(names.source);
  if (count === undefined) {
    count = 0;
    for (const [name, shape] of list(config)) if (names.test(name)) count += elementCount(shape);
    known.set(names.source, count);
  }
  return count;
}
