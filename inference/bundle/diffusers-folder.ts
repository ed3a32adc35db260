import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  type DenoiserConfig,
  denoiserConfigSchema,
  type TextEncoderConfig,
  textEncoderConfigSchema,
  type VaeConfig,
  vaeConfigSchema,
} from '../wan/config.js';
import { checkTensors } from './check-tensors.js';
import { type ExpectedTensors, expectedTensors } from './expected-tensors.js';
import type { ComponentName } from './manifest.js';
import { ModelError, systemError } from './model-error.js';
import { describeIssues } from './open-bundle.js';
import { type OpenedWeights, openWeights, readJson } from './open-weights.js';
import type { Preset } from './presets.js';

/** One network of a diffusers folder. */
export interface Component<Config> {
  readonly config: Config;
  /** config.json as it stands in the file. */
  readonly rawConfig: unknown;
  readonly weights: OpenedWeights;
}

/** A diffusers folder of the supported architecture, read and checked. */
export interface DiffusersFolder {
  readonly directory: string;
  readonly textEncoder: Component<TextEncoderConfig>;
  readonly denoiser: Component<DenoiserConfig>;
  readonly vae: Component<VaeConfig>;
  /** Real absolute path. */
  readonly tokenizerFile: string;
  /** The scheduler's flow_shift. */
  readonly shift: number;
  /** Which distilled model this is, by the name of its pipeline. */
  readonly preset: Preset;
}

export const componentFolders: Readonly<Record<ComponentName, string>> = {
  textEncoder: 'text_encoder',
  denoiser: 'transformer',
  vae: 'vae',
};

const nothing = z.null().optional();

const oneDenoiser = { boundary_ratio: nothing, transformer_2: z.tuple([z.null(), z.null()]).nullish() };

const indexSchema = z.discriminatedUnion('_class_name', [
  z.object({ _class_name: z.literal('WanPipeline'), expand_timesteps: z.literal(true), ...oneDenoiser }),
  // FastVideo's, for what it distilled; the pipeline of that name never looks at expand_timesteps.
  z.object({ _class_name: z.literal('WanDMDPipeline'), expand_timesteps: z.literal(true).nullish(), ...oneDenoiser }),
]);

const classSchemas: Readonly<Record<ComponentName, z.ZodType>> = {
  textEncoder: z.object({
    model_type: z.literal('umt5').default('umt5'),
    dense_act_fn: z.literal('gelu_new').default('gelu_new'),
  }),
  denoiser: z.object({ _class_name: z.literal('WanTransformer3DModel') }),
  vae: z.object({ _class_name: z.literal('AutoencoderKLWan') }),
};

/** The one solver we implement; another setting would sample other videos. */
const schedulerSchema = z.object({
  _class_name: z.literal('UniPCMultistepScheduler'),
  num_train_timesteps: z.literal(1000).default(1000),
  prediction_type: z.literal('flow_prediction'),
  use_flow_sigmas: z.literal(true),
  flow_shift: z.number().positive().default(1),
  solver_order: z.literal(2).default(2),
  solver_type: z.literal('bh2').default('bh2'),
  predict_x0: z.literal(true).default(true),
  lower_order_final: z.literal(true).default(true),
  disable_corrector: z.array(z.never()).default([]),
  thresholding: z.literal(false).default(false),
  final_sigmas_type: z.literal('zero').default('zero'),
  use_dynamic_shifting: z.literal(false).default(false),
  use_karras_sigmas: z.literal(false).nullish(),
  use_exponential_sigmas: z.literal(false).nullish(),
  use_beta_sigmas: z.literal(false).nullish(),
  shift_terminal: nothing,
  solver_p: nothing,
});

/**
 * Reads a diffusers folder of Wan2.2-TI2V: configurations, the headers of the weights, where the tokenizer lies. Reads no weights.
 * @throws ModelError if it is another architecture, a file is missing or broken, or a tensor is missing or has another shape.
 */
export async function openDiffusersFolder(path: string): Promise<DiffusersFolder> {
  const directory = resolve(path);
  const index = await readChecked(join(directory, 'model_index.json'), indexSchema);
  const preset = index._class_name === 'WanDMDPipeline' ? 'fastwan' : 'none';
  const shift = await readShift(directory);
  const textEncoder = await openTextEncoderFolder(directory);
  const denoiser = await openDenoiserFolder(directory);
  const vae = await openVaeFolder(directory);
  checkFit(directory, textEncoder.config, denoiser.config, vae.config);
  const tokenizerFile = await resolveFile(join(directory, 'tokenizer', 'tokenizer.json'));
  return { directory, textEncoder, denoiser, vae, tokenizerFile, shift, preset };
}

/** The flow_shift of a folder's scheduler. @throws ModelError for any other solver or setting than ours. */
export async function readShift(directory: string): Promise<number> {
  return (await readChecked(join(directory, 'scheduler', 'scheduler_config.json'), schedulerSchema)).flow_shift;
}

export function openTextEncoderFolder(directory: string): Promise<Component<TextEncoderConfig>> {
  return openComponent(directory, 'textEncoder', textEncoderConfigSchema, expectedTensors.textEncoder);
}

export function openDenoiserFolder(directory: string): Promise<Component<DenoiserConfig>> {
  return openComponent(directory, 'denoiser', denoiserConfigSchema, expectedTensors.denoiser);
}

export function openVaeFolder(directory: string): Promise<Component<VaeConfig>> {
  return openComponent(directory, 'vae', vaeConfigSchema, expectedTensors.vae);
}

async function openComponent<Schema extends z.ZodType>(
  directory: string,
  component: ComponentName,
  schema: Schema,
  expected: (config: z.output<Schema>) => ExpectedTensors,
): Promise<Component<z.output<Schema>>> {
  const folder = join(directory, componentFolders[component]);
  const path = join(folder, 'config.json');
  const rawConfig = await readJson(path);
  check(path, classSchemas[component], rawConfig);
  const config = check(path, schema, rawConfig);
  const weights = await openWeights(folder);
  checkTensors(component, weights.source, expected(config));
  return { config, rawConfig, weights };
}

async function readChecked<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  return check(path, schema, await readJson(path));
}

function check<Schema extends z.ZodType>(path: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ModelError('UNSUPPORTED', `not a Wan2.2-TI2V model: ${describeIssues(path, parsed.error)}`);
}

/** The widths at which the three networks meet. */
function checkFit(directory: string, textEncoder: TextEncoderConfig, denoiser: DenoiserConfig, vae: VaeConfig): void {
  const pairs: [string, number, string, number][] = [
    ['transformer in_channels', denoiser.inChannels, 'vae z_dim', vae.latentChannels],
    ['transformer out_channels', denoiser.outChannels, 'vae z_dim', vae.latentChannels],
    ['transformer text_dim', denoiser.textDim, 'text_encoder d_model', textEncoder.width],
  ];
  for (const [name, value, otherName, other] of pairs) {
    if (value !== other) {
      throw new ModelError('UNSUPPORTED', `${directory}: ${name} is ${value}, expected ${other}, the ${otherName}`);
    }
  }
}

/** The real path of a file. @throws ModelError if there is none. */
export async function resolveFile(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw systemError(error, 'read', path);
  }
}
