import { dirname, join, relative, sep } from 'node:path';
import { ModelError } from './model-error.js';
import { readSafetensors } from './safetensors.js';
import type { TensorLocation, WeightSource } from './weights.js';

const namePattern = /^transformer\.(.+)\.lora_(A|B)\.weight$/;

/**
 * A denoiser's weights with those of a low-rank adapter beside them, named `X.lora_A.weight` [rank, in] and `X.lora_B.weight`
 * [out, rank]; the graph adds B·A to the layer's `X.weight` [out, in].
 * Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", with scale 1; names as diffusers'
 * `load_lora_weights` reads them, which put `transformer.` before.
 * @param file real path of the adapter's safetensors.
 * @throws ModelError if a tensor is none of those, lacks its other half, or does not fit a matrix of the weights.
 */
export async function withAdapter(weights: WeightSource, file: string): Promise<WeightSource> {
  const adapter = await readSafetensors(file);
  // ONNX Runtime finds all files of a session from one folder.
  const folder = commonFolder(weights.folder, dirname(file));
  const from = (directory: string, tensor: TensorLocation, name: string): [string, TensorLocation] => {
    const path = relative(folder, join(directory, tensor.file)).split(sep).join('/');
    return [name, { ...tensor, name, file: path }];
  };
  const additions = adapter.tensors.map((tensor) => {
    const [, layer, half] = namePattern.exec(tensor.name) ?? [];
    if (!layer || !half) {
      throw new ModelError(
        'UNSUPPORTED',
        `${file}: tensor ${tensor.name} is not transformer.….lora_A or lora_B.weight`,
      );
    }
    return from(dirname(file), tensor, `${layer}.lora_${half}.weight`);
  });
  const added = new Map(additions);
  for (const name of added.keys()) checkPair(file, weights, added, name.replace(/\.lora_[AB]\.weight$/, ''));
  const base = [...weights.tensors].map(([name, tensor]) => from(weights.folder, tensor, name));
  return { folder, tensors: new Map([...base, ...additions]) };
}

function checkPair(
  file: string,
  weights: WeightSource,
  added: ReadonlyMap<string, TensorLocation>,
  layer: string,
): void {
  const shape = weights.tensors.get(`${layer}.weight`)?.shape;
  if (shape?.length !== 2) {
    throw new ModelError('BROKEN', `${file}: the denoiser has no matrix ${layer}.weight for the adapter to add to`);
  }
  const [down, up] = ['A', 'B'].map((half) => added.get(`${layer}.lora_${half}.weight`)?.shape ?? []);
  const [rank, width] = down as number[];
  if (`${up}` !== `${[shape[0], rank]}` || width !== shape[1]) {
    const expected = `lora_A [rank, ${shape[1]}] and lora_B [${shape[0]}, rank]`;
    throw new ModelError('BROKEN', `${file}: ${layer} has lora_A [${down}] and lora_B [${up}], expected ${expected}`);
  }
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (relative(folder, b).startsWith('..')) folder = dirname(folder);
  return folder;
}
