import type { PixelChunk, VaeDecoder, VaeEncoder } from '../pipeline/networks.js';
import { compare, type VerifyRow } from './compare.js';
import { joinChunks } from './join-chunks.js';
import type { Reference } from './reference.js';

/** Decoding in one of the decoder's forms, all of which have to agree. Rows of a batch one at a time. */
export async function* decodeCases(reference: Reference, decoder: VaeDecoder, form: string): AsyncGenerator<VerifyRow> {
  const names = await reference.list('vae', '.safetensors');
  // Tiled decoding gives other pixels where tiles meet, and we do not serve it.
  for (const name of names.filter((each) => each.startsWith('decode_') && each !== 'decode_tiled')) {
    const tensors = await reference.tensors(`vae/${name}.safetensors`);
    const [rows, ...dims] = tensors.dims('in.latents_normalized') as [number, number, number, number, number];
    const expected = tensors.numbers('out.sample');
    const found = new Float32Array(expected.length);
    for (let row = 0; row < rows; row++) {
      const [channels, frames, height, width] = dims;
      const shape = { channels, frames, height, width };
      const chunks: PixelChunk[] = [];
      for await (const chunk of decoder.decode(shape, tensors.item('in.latents_normalized', row))) chunks.push(chunk);
      found.set(joinChunks(chunks).data, (row * expected.length) / rows);
    }
    yield compare(`vae decode/${name}, ${form}`, found, expected, reference.tolerances.vaeDecode);
  }
}

export async function* encodeCases(reference: Reference, encoder: VaeEncoder): AsyncGenerator<VerifyRow> {
  for (const name of (await reference.list('vae', '.safetensors')).filter((each) => each.startsWith('encode_'))) {
    const tensors = await reference.tensors(`vae/${name}.safetensors`);
    const [rows, , frames, height, width] = tensors.dims('in.video') as [number, number, number, number, number];
    const expected = tensors.numbers('out.normalized_mean');
    const found = new Float32Array(expected.length);
    for (let row = 0; row < rows; row++) {
      const { latents } = await encoder.encode({ data: tensors.item('in.video', row), frames, height, width });
      found.set(latents, (row * expected.length) / rows);
    }
    yield compare(`vae encode/${name}`, found, expected, reference.tolerances.vaeEncode);
  }
}
