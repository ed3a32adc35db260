import { float32, type Tensor } from '../tensor.js';

/**
 * The sinusoidal features of timesteps, [timesteps, width]: cos of all angles, then sin.
 * angle_j = t·exp(−ln(10000)·j / (width / 2)), rounded to float32 after every operation as PyTorch does it: near t = 1000 one
 * rounding of the exponential moves the angle by 6e-5, the largest float32 uncertainty of the whole network.
 * Source: Vaswani et al. 2017, §3.5; diffusers embeddings.py, get_timestep_embedding(flip_sin_to_cos, shift 0).
 */
export function timeFeatures(timesteps: readonly number[], width: number): Tensor {
  const half = width / 2;
  const scale = Math.fround(-Math.log(10000));
  const omega = Float32Array.from({ length: half }, (_, j) => Math.exp(Math.fround(Math.fround(scale * j) / half)));
  const features = new Float32Array(timesteps.length * width);
  timesteps.forEach((t, row) => {
    for (let j = 0; j < half; j++) {
      const angle = Math.fround(Math.fround(t) * (omega[j] as number));
      features[row * width + j] = Math.cos(angle);
      features[row * width + half + j] = Math.sin(angle);
    }
  });
  return float32(features, [timesteps.length, width]);
}

/** Which timestep each part of a sample has: `selector[sample·groups + group]` points into `moments`. */
export interface TimestepGroups {
  /** The distinct timesteps of all samples; a single one is there twice. */
  readonly moments: readonly number[];
  /** Parts of a sample with one timestep each, equally long. */
  readonly groups: number;
  readonly selector: readonly number[];
}

/**
 * A coarse grouping that gives every token of every sample its timestep. Samples come with one timestep, one a frame or one a
 * token; a sample of one value joins a batch of samples by frame or by token.
 *
 * Batches have two moments and two groups at least: with one ONNX Runtime takes other kernels (vector products, norms without
 * broadcasting), which round differently. So a row comes out bit for bit the same whatever rows it is batched with.
 * @throws RangeError if a sample has another number of timesteps.
 */
export function groupTimesteps(samples: readonly Float32Array[], frames: number, tokens: number): TimestepGroups {
  for (const times of samples) {
    if (![1, frames, tokens].includes(times.length)) {
      throw new RangeError(`a row has 1, ${frames} (frames) or ${tokens} (tokens) timesteps, not ${times.length}`);
    }
  }
  const exact = [1, smallestFactor(tokens), frames, tokens].filter((count) =>
    samples.every((times) => isUniformIn(times, count)),
  );
  const groups = exact.find((count) => samples.length * count > 1) ?? 1;
  const index = new Map<number, number>();
  const selector: number[] = [];
  for (const times of samples) {
    for (let group = 0; group < groups; group++) {
      const t = times[Math.floor((group * times.length) / groups)] as number;
      if (!index.has(t)) index.set(t, index.size);
      selector.push(index.get(t) as number);
    }
  }
  const moments = [...index.keys()];
  return { moments: moments.length === 1 ? [...moments, ...moments] : moments, groups, selector };
}

/** Over 1, where there is one. */
function smallestFactor(count: number): number {
  for (let factor = 2; factor * factor <= count; factor++) {
    if (count % factor === 0) return factor;
  }
  return count;
}

/** Whether they keep one value within each of `groups` equal parts. */
function isUniformIn(times: Float32Array, groups: number): boolean {
  const size = times.length / groups;
  return size <= 1 || times.every((t, i) => t === times[Math.floor(i / size) * size]);
}
