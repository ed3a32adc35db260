import type { Denoiser, DenoiserRow, LatentShape } from '../pipeline/networks.js';
import { compare, type Limits, type VerifyRow } from './compare.js';
import type { Reference, ReferenceTensors } from './reference.js';

const reducedName = 'reduced_precision';

/** Single calls of the denoiser: grids of all kinds, one timestep a row or one a token. */
export async function* denoiserCases(reference: Reference, denoiser: Denoiser): AsyncGenerator<VerifyRow> {
  for (const name of await reference.list('transformer', '.safetensors')) {
    if (name === reducedName) continue;
    const tensors = await reference.tensors(`transformer/${name}.safetensors`);
    yield await oneCase(
      `denoiser/${name}`,
      denoiser,
      tensors,
      tensors.numbers('out.sample'),
      reference.tolerances.denoiser,
    );
  }
}

/** The same calls with rounded weights, against the original with the same rounded weights computed in fp32. */
export async function* reducedDenoiserCases(
  reference: Reference,
  denoiser: Denoiser,
  weights: 'bf16' | 'fp16',
): AsyncGenerator<VerifyRow> {
  const expected = await reference.tensors(`transformer/${reducedName}.safetensors`);
  const pattern = new RegExp(`^out\\.(.+)\\.${weights}_weights_fp32_compute$`);
  for (const key of expected.names) {
    const name = pattern.exec(key)?.[1];
    if (name === undefined) continue;
    const tensors = await reference.tensors(`transformer/${name}.safetensors`);
    const label = `denoiser/${name}, ${weights} weights`;
    yield await oneCase(label, denoiser, tensors, expected.numbers(key), reference.tolerances.reducedPrecision);
  }
}

async function oneCase(
  name: string,
  denoiser: Denoiser,
  tensors: ReferenceTensors,
  expected: Float32Array,
  limits: Limits,
): Promise<VerifyRow> {
  const [rows, channels, frames, height, width] = tensors.dims('in.hidden_states') as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [, length, dim] = tensors.dims('in.encoder_hidden_states') as [number, number, number];
  const shape: LatentShape = { channels, frames, height, width };
  const batch = Array.from(
    { length: rows },
    (_, i): DenoiserRow => ({
      latents: tensors.item('in.hidden_states', i),
      timesteps: tensors.item('in.timestep', i),
      // The texts of the reference are as long as they are: nothing is padded.
      text: { data: tensors.item('in.encoder_hidden_states', i), length, dim, paddedLength: length },
    }),
  );
  return compare(name, joined(await denoiser.denoise(shape, batch)), expected, limits);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
