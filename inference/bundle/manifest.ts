import { join } from 'node:path';
import { z } from 'zod';
import { type SamplerName, samplers } from '../samplers/index.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../wan/config.js';
import { modelCardSchema } from './model-card.js';

export const componentNames = ['textEncoder', 'denoiser', 'vae'] as const;
export type ComponentName = (typeof componentNames)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().positive();

const fileSchema = z.object({ name: z.string().min(1), bytes: z.number().int().nonnegative(), sha256 });

/** The weight files of one component. `folder` is relative to bundle.json, or absolute where an import left them in place. */
const weightsSchema = z.object({ folder: z.string().min(1), files: z.array(fileSchema).min(1) });

const settingsSchema = z.object({
  width: count,
  height: count,
  frameCount: count,
  fps: count,
  steps: count,
  guidanceScale: z.number().nonnegative(),
  guidanceRescale: z.number().min(0).max(1).default(0),
  sampler: z.enum(Object.keys(samplers) as [SamplerName]),
  shift: z.number().positive(),
});

/** bundle.json: a model on disk. The configs are the ones of the diffusers folder, verbatim; the schemas normalise them. */
export const manifestSchema = z.object({
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  title: z.string().min(1),
  license: z.string().min(1),
  card: modelCardSchema.optional(),
  architecture: z.literal('wan2.2-ti2v'),
  textEncoder: z.object({ config: textEncoderConfigSchema, weights: weightsSchema }),
  denoiser: z.object({
    config: denoiserConfigSchema,
    weights: weightsSchema,
    /** Whether the matrices of its blocks are stored in 8 bits (precision.ts). */
    eightBits: z.literal(true).optional(),
    /** Low-rank additions to the weights, see `withAdapter`. */
    adapter: fileSchema.optional(),
  }),
  vae: z.object({ config: vaeConfigSchema, weights: weightsSchema }),
  tokenizer: fileSchema,
  /** Linear map from normalised latents to RGB in 0..1, fitted at import: rgb = clamp(latentᵀ·matrix + bias). */
  preview: z.object({
    matrix: z.array(z.tuple([z.number(), z.number(), z.number()])),
    bias: z.tuple([z.number(), z.number(), z.number()]),
  }),
  defaults: settingsSchema,
  limits: z.object({
    maxWidth: count,
    maxHeight: count,
    sizeMultiple: count,
    maxFrames: count,
    frameMultiple: count,
    maxSteps: count,
    maxPromptTokens: count,
  }),
  examplePrompts: z.array(z.string()),
});
/** As written in bundle.json. */
export type ManifestFile = z.input<typeof manifestSchema>;
/** As read: configs normalised. */
export type Manifest = z.output<typeof manifestSchema>;
export type ModelLimits = Manifest['limits'];

/** The files of a component's weights, its adapter's among them; names are relative to bundle.json, or absolute. */
export function weightFiles(manifest: Manifest, component: ComponentName): z.output<typeof fileSchema>[] {
  const { folder, files } = manifest[component].weights;
  const { adapter } = component === 'denoiser' ? manifest.denoiser : {};
  return [...files.map((file) => ({ ...file, name: join(folder, file.name) })), ...(adapter ? [adapter] : [])];
}
