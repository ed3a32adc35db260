import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ManifestFile, manifestSchema } from './manifest.js';
import { ModelError } from './model-error.js';
import { describeIssues } from './open-bundle.js';
import { readJson } from './open-weights.js';
import { type Preset, presets } from './presets.js';
import { readReadmeCard } from './readme-card.js';

/** What a manifest says about a model beyond its files. */
export type ModelSettings = Pick<ManifestFile, 'title' | 'license' | 'card' | 'defaults' | 'limits' | 'examplePrompts'>;

const settingsName = 'reelql.json';

const { title, license, card, defaults, limits, examplePrompts } = manifestSchema.shape;
const settingsSchema = z
  .strictObject({
    title,
    license,
    card,
    defaults: z.strictObject(defaults.shape),
    limits: z.strictObject(limits.shape),
    examplePrompts,
  })
  .refine(
    ({ defaults: d, limits: l }) =>
      d.width <= l.maxWidth && d.height <= l.maxHeight && d.frameCount <= l.maxFrames && d.steps <= l.maxSteps,
    { message: 'the defaults lie over the limits' },
  )
  .refine(
    ({ defaults: d, limits: l }) =>
      d.width % l.sizeMultiple === 0 && d.height % l.sizeMultiple === 0 && d.frameCount % l.frameMultiple === 1,
    { message: 'the default size or frame count does not keep to sizeMultiple and frameMultiple' },
  );

/** reelql.json beside a model_index.json: what its author recommends. Every field, also of card, defaults and limits, may be left out. */
const part = z.looseObject({}).optional();
const ownSchema = z.looseObject({ card: part, defaults: part, limits: part });

/**
 * Settings of the published Wan2.2-TI2V-5B, with 480p and 29 frames instead of 720p and 121 as the default, which takes a tenth
 * of the time; licence and card by the model's README.md; overridden by the reelql.json of each folder, the
 * later ones' going over the earlier ones'.
 * @param folders the model's, and after it an adapter's.
 * @param name the title where the folder gives none.
 * @param shift the scheduler's flow_shift.
 * @param preset whose defaults stand in place of the published model's.
 * @throws ModelError naming the field of reelql.json that is wrong.
 */
export async function readModelSettings(
  folders: readonly [string, ...string[]],
  name: string,
  shift: number,
  preset: Preset = 'none',
): Promise<ModelSettings> {
  const paths = folders.map((folder) => join(folder, settingsName));
  const owns = await Promise.all(paths.map(readOwn));
  const own = Object.assign({}, ...owns);
  const readme = await readReadmeCard(folders[0]);
  const card = Object.assign({}, readme.card, ...owns.map((one) => one.card));
  const settings = settingsSchema.safeParse({
    title: name,
    license: readme.license ?? 'not stated',
    examplePrompts: [],
    ...own,
    ...(Object.keys(card).length > 0 && { card }),
    defaults: {
      width: 832,
      height: 480,
      frameCount: 29,
      fps: 24,
      steps: 50,
      guidanceScale: 5,
      sampler: 'UNIPC',
      shift,
      ...presets[preset],
      ...Object.assign({}, ...owns.map(({ defaults }) => defaults)),
    },
    limits: {
      maxWidth: 1280,
      maxHeight: 1280,
      sizeMultiple: 32,
      maxFrames: 121,
      frameMultiple: 4,
      maxSteps: 100,
      maxPromptTokens: 512,
      ...Object.assign({}, ...owns.map(({ limits }) => limits)),
    },
  });
  if (!settings.success) throw new ModelError('BROKEN', describeIssues(paths.join(' and '), settings.error));
  return settings.data;
}

async function readOwn(path: string): Promise<z.output<typeof ownSchema>> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return {};
  const parsed = ownSchema.safeParse(await readJson(path));
  if (!parsed.success) throw new ModelError('BROKEN', describeIssues(path, parsed.error));
  return parsed.data;
}
