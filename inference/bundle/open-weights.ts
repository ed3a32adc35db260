import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelError, systemError } from './model-error.js';
import { readSafetensors } from './safetensors.js';
import type { TensorLocation, WeightSource } from './weights.js';

export interface WeightFile {
  /** Real name inside of `WeightSource.folder`. */
  readonly name: string;
  readonly bytes: number;
}

export interface OpenedWeights {
  readonly source: WeightSource;
  readonly files: readonly WeightFile[];
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().min(1)) });

/** The names under which transformers and diffusers store a component's weights. */
const baseNames = ['diffusion_pytorch_model', 'model'] as const;

/**
 * Opens the weights of one component folder, sharded or single. Links are resolved, because a Hugging Face cache holds links
 * into ../../blobs and ONNX Runtime refuses files that leave the folder: the source's folder is the real one.
 * @throws ModelError if a shard is missing, lies in another real folder than the rest, or lacks a tensor that the index promises.
 */
export async function openWeights(folder: string): Promise<OpenedWeights> {
  for (const base of baseNames) {
    const index = await readOptional(join(folder, `${base}.safetensors.index.json`));
    if (index !== undefined) return openSharded(folder, `${base}.safetensors.index.json`, index);
    const single = await resolveOptional(join(folder, `${base}.safetensors`));
    if (single !== undefined) return openFiles([single]);
  }
  const names = baseNames.map((base) => `${base}.safetensors[.index.json]`).join(' nor ');
  throw new ModelError('NOT_FOUND', `${folder}: no weights, expected ${names}`);
}

/** Opens files by their real paths, which must share one folder. */
export async function openFiles(paths: readonly string[]): Promise<OpenedWeights> {
  const folder = dirname(paths[0] as string);
  const tensors = new Map<string, TensorLocation>();
  const files: WeightFile[] = [];
  for (const path of paths) {
    if (dirname(path) !== folder) {
      throw new ModelError(
        'UNSUPPORTED',
        `${path}: the shards of one component must lie in one folder, the others are in ${folder}`,
      );
    }
    const file = await readSafetensors(path);
    files.push({ name: basename(path), bytes: file.bytes });
    for (const tensor of file.tensors) {
      const known = tensors.get(tensor.name);
      if (known) throw new ModelError('BROKEN', `${path}: tensor ${tensor.name} is also in ${known.file}`);
      tensors.set(tensor.name, tensor);
    }
  }
  return { source: withSharedEmbedding({ folder, tensors }), files };
}

async function openSharded(folder: string, indexName: string, text: string): Promise<OpenedWeights> {
  const indexPath = join(folder, indexName);
  const index = indexSchema.safeParse(parseJson(indexPath, text));
  if (!index.success) throw new ModelError('BROKEN', `${indexPath}: expected a "weight_map" of tensor names to files`);
  const shards = [...new Set(Object.values(index.data.weight_map))].sort();
  const realOf = new Map<string, string>();
  for (const shard of shards) {
    const real = basename(shard) === shard ? await resolveOptional(join(folder, shard)) : undefined;
    if (real === undefined) throw new ModelError('NOT_FOUND', `${indexPath} names ${shard}, which is not in ${folder}`);
    realOf.set(shard, real);
  }
  const opened = await openFiles([...realOf.values()]);
  for (const [name, shard] of Object.entries(index.data.weight_map)) {
    const found = opened.source.tensors.get(name)?.file;
    const expected = basename(realOf.get(shard) as string);
    if (found === undefined)
      throw new ModelError('BROKEN', `${join(folder, shard)}: no tensor ${name}, which ${indexName} promises`);
    if (found !== expected)
      throw new ModelError('BROKEN', `${indexPath}: tensor ${name} is in ${found}, not in ${shard}`);
  }
  return opened;
}

/** Some exports of the text encoder name the token embedding after the encoder; here it is always `shared.weight`. */
function withSharedEmbedding(source: WeightSource): WeightSource {
  const embedding = source.tensors.get('encoder.embed_tokens.weight');
  if (!embedding || source.tensors.has('shared.weight')) return source;
  return {
    ...source,
    tensors: new Map([...source.tensors, ['shared.weight', { ...embedding, name: 'shared.weight' }]]),
  };
}

export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModelError('BROKEN', `${path}: not valid JSON (${(error as Error).message})`);
  }
}

/** @throws ModelError if the file is missing, unreadable or not JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw systemError(error, 'read', path);
  }
  return parseJson(path, text);
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw systemError(error, 'read', path);
  }
}

async function resolveOptional(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw systemError(error, 'read', path);
  }
}
