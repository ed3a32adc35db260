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

/** Which timestep each part of a row has: `selector[row·groups + group]` points into `moments`. */
export interface TimestepGroups {
  /** The distinct timesteps of all rows; a single one is there twice. */
  readonly moments: readonly number[];
  /** Parts of a row with one timestep each: 1, its frames or its tokens. */
  readonly groups: number;
  readonly selector: readonly number[];
}

/**
 * The coarsest grouping that gives every token of every row its timestep. Rows come with one timestep, one a frame or one a
 * token; a row of one value joins a batch of rows by frame or by token.
 *
 * Batches have two moments and two groups at least: with one ONNX Runtime takes other kernels (vector products, norms without
 * broadcasting), which round differently. So a row comes out bit for bit the same whatever rows it is batched with.
 * @throws RangeError if a row has another number of timesteps.
 */
export function groupTimesteps(rows: readonly Float32Array[], frames: number, tokens: number): TimestepGroups {
  const forms = [1, frames, tokens];
  for (const row of rows) {
    if (!forms.includes(row.length)) {
      throw new RangeError(`a row has 1, ${frames} (frames) or ${tokens} (tokens) timesteps, not ${row.length}`);
    }
  }
  const exact = forms.filter((count) => rows.every((row) => isUniformIn(row, count)));
  const groups = exact.find((count) => rows.length * count > 1) ?? 1;
  const index = new Map<number, number>();
  const selector: number[] = [];
  for (const row of rows) {
    for (let group = 0; group < groups; group++) {
      const t = row[Math.floor((group * row.length) / groups)] as number;
      if (!index.has(t)) index.set(t, index.size);
      selector.push(index.get(t) as number);
    }
  }
  const moments = [...index.keys()];
  return { moments: moments.length === 1 ? [...moments, ...moments] : moments, groups, selector };
}

/** Whether the row keeps one value within each of `groups` equal parts. */
function isUniformIn(row: Float32Array, groups: number): boolean {
  const size = row.length / groups;
  return size <= 1 || row.every((t, i) => t === row[Math.floor(i / size) * size]);
}
