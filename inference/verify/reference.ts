import { access, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../bundle/model-error.js';
import { describeIssues } from '../bundle/open-bundle.js';
import { readJson } from '../bundle/open-weights.js';
import { openSafetensors, readTensor } from '../bundle/safetensors.js';
import type { Tensor } from '../tensor.js';
import type { Limits } from './compare.js';

const limitsSchema = z.object({ max_abs: z.number(), rel_l2: z.number() });
const reducedKey = 'bf16_or_fp16_weights_against_the_matching_reduced_precision_reference (fp32 compute)';

const manifestSchema = z.object({
  suggested_tolerances: z.object({
    text_encoder: limitsSchema,
    transformer: limitsSchema,
    vae_decode: limitsSchema,
    vae_encode: limitsSchema,
    scheduler_trajectories: limitsSchema,
    e2e_latents: limitsSchema,
    e2e_frames: limitsSchema,
    /** In words: "at most 1 level off, in at most 0.1 % of the values". */
    e2e_u8: z.string().transform((text, context) => {
      const words = /at most ([\d.]+) levels? off, in at most ([\d.]+) %/.exec(text);
      if (!words) {
        context.addIssue('expected "at most N level off, in at most P % of the values"');
        return z.NEVER;
      }
      return { max_abs: Number(words[1]), differing: Number(words[2]) / 100 };
    }),
    [reducedKey]: limitsSchema,
  }),
});

/** Limits of each family of cases. Token ids and scheduler tables have to be exact. */
export interface Tolerances {
  readonly textEncoder: Limits;
  readonly denoiser: Limits;
  readonly vaeDecode: Limits;
  readonly vaeEncode: Limits;
  readonly trajectories: Limits;
  readonly latents: Limits;
  readonly frames: Limits;
  readonly u8: Limits;
  /** Rounded weights against a reference with the same rounded weights. */
  readonly reducedPrecision: Limits;
}

/** What the original implementation computed: tensors and texts in a folder, and a manifest beside it that says how close to come. */
export class Reference {
  private constructor(
    readonly folder: string,
    readonly tolerances: Tolerances,
  ) {}

  /**
   * @param path a folder laid out like wan-micro-set/ref, or the set that holds it.
   * @throws ModelError if there is no manifest.json beside it, or the manifest suggests no limits.
   */
  static async open(path: string): Promise<Reference> {
    const given = resolve(path);
    const folder = (await exists(join(given, 'ref'))) ? join(given, 'ref') : given;
    const manifestPath = join(dirname(folder), 'manifest.json');
    const parsed = manifestSchema.safeParse(await readJson(manifestPath));
    if (!parsed.success) throw new ModelError('BROKEN', describeIssues(manifestPath, parsed.error));
    const suggested = parsed.data.suggested_tolerances;
    return new Reference(folder, {
      textEncoder: suggested.text_encoder,
      denoiser: suggested.transformer,
      vaeDecode: suggested.vae_decode,
      vaeEncode: suggested.vae_encode,
      trajectories: suggested.scheduler_trajectories,
      latents: suggested.e2e_latents,
      frames: suggested.e2e_frames,
      u8: suggested.e2e_u8,
      reducedPrecision: suggested[reducedKey],
    });
  }

  /** A file beside the reference's folder, where it is there. */
  async beside(...path: string[]): Promise<string | undefined> {
    const file = join(dirname(this.folder), ...path);
    return (await exists(file)) ? file : undefined;
  }

  has(path: string): Promise<boolean> {
    return exists(join(this.folder, path));
  }

  /** Names without their ending, sorted; none if there is no such folder. */
  async list(folder: string, ending: string): Promise<string[]> {
    const names = await readdir(join(this.folder, folder)).catch(() => []);
    return names
      .filter((name) => name.endsWith(ending))
      .map((name) => basename(name, ending))
      .sort();
  }

  json(path: string): Promise<unknown> {
    return readJson(join(this.folder, path));
  }

  async tensors(path: string): Promise<ReferenceTensors> {
    const source = await openSafetensors(join(this.folder, path));
    const tensors = new Map<string, Tensor>();
    for (const name of source.tensors.keys()) tensors.set(name, await readTensor(source, name));
    return new ReferenceTensors(path, tensors);
  }
}

/** The tensors of one reference file, as numbers. */
export class ReferenceTensors {
  constructor(
    private readonly path: string,
    private readonly tensors: ReadonlyMap<string, Tensor>,
  ) {}

  get names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  dims(name: string): readonly number[] {
    return this.get(name).dims;
  }

  /** As float32; whole numbers up to 2^24 are exact. */
  numbers(name: string): Float32Array {
    const { dtype, data } = this.get(name);
    if (dtype === 'float32') return data as Float32Array;
    if (dtype === 'int64') return Float32Array.from(data as BigInt64Array, Number);
    if (dtype === 'uint8' || dtype === 'int32') return Float32Array.from(data as Uint8Array | Int32Array);
    throw new ModelError('UNSUPPORTED', `${this.path}: tensor ${name} is ${dtype}, expected float32 or whole numbers`);
  }

  /** Item `i` along the first axis. */
  item(name: string, i: number): Float32Array {
    const numbers = this.numbers(name);
    const size = numbers.length / (this.dims(name)[0] as number);
    return numbers.subarray(i * size, (i + 1) * size);
  }

  private get(name: string): Tensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new ModelError('BROKEN', `${this.path} has no tensor ${name}`);
    return tensor;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
