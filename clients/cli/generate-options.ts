import type { ArgsDef, ParsedArgs } from 'citty';
import type {
  CreateGenerationInput,
  CropInput,
  GenerationSettingsInput,
  GuidanceIntervalInput,
  OutputsInput,
  ReelQL,
  Sampler,
  VideoFormat,
} from '../sdk/src/index.js';
import { numberOf } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { modelId } from './ids.js';
import { inputFile } from './input-file.js';
import { parseSubRip } from './subrip.js';

/** Options that say how the video is made; what they may be is the server's to say. */
export const settingsOptions = {
  model: { type: 'string', description: 'Name of the model', valueHint: 'name' },
  width: { type: 'string', description: 'Pixels', valueHint: 'n' },
  height: { type: 'string', description: 'Pixels', valueHint: 'n' },
  frames: { type: 'string', description: 'Frames, 4n + 1', valueHint: 'n' },
  fps: { type: 'string', description: 'Frames a second', valueHint: 'n' },
  steps: { type: 'string', description: 'Denoising steps', valueHint: 'n' },
  guidance: { type: 'string', description: 'Guidance scale; 1 = none', valueHint: 'x' },
  'guidance-rescale': {
    type: 'string',
    description: 'Against burnt colours at a high guidance: 0 (not) to 1',
    valueHint: 'x',
  },
  shift: { type: 'string', description: 'Shift of the noise schedule', valueHint: 'x' },
  seed: { type: 'string', description: 'Same seed, same video; random if left out', valueHint: 'n' },
  sampler: { type: 'string', description: 'UNIPC, EULER or DMD', valueHint: 'name' },
  'guidance-interval': {
    type: 'string',
    description: 'Guidance in these of the steps only, such as 0.1-0.8',
    valueHint: 'from-to',
  },
  'cache-steps': {
    type: 'string',
    description: 'So many steps in a row are extrapolated, 0 to 3: faster',
    valueHint: 'n',
  },
} as const satisfies ArgsDef;

/** Options that say what becomes of the pictures. */
export const outputOptions = {
  format: { type: 'string', description: 'mp4, webm, gif, webp; several with commas', valueHint: 'names' },
  crop: { type: 'string', description: 'Width×height+x+y, such as 192x128+32+16', valueHint: 'area' },
  subtitles: { type: 'string', description: 'SubRip (.srt) file to draw into the picture', valueHint: 'path' },
} as const satisfies ArgsDef;

/** Options that say what is made. */
export const generateOptions = {
  negative: { type: 'string', description: 'What it should not show', valueHint: 'text' },
  ...settingsOptions,
  image: { type: 'string', description: 'A picture that the video begins with', valueHint: 'path' },
  ...outputOptions,
  downgrade: { type: 'boolean', description: 'Make it smaller where it does not fit into memory' },
  solo: { type: 'boolean', description: 'Share no steps with others: the same bytes again' },
  cache: { type: 'boolean', default: true, negativeDescription: 'Make it anew though the same was made before' },
  'any-seed': { type: 'boolean', description: 'A stored video of the same request will do, whatever its seed' },
  webhook: { type: 'string', description: 'Where the server posts its events to', valueHint: 'url' },
  priority: { type: 'string', description: '-100 to 100, higher goes first', valueHint: 'n' },
} as const satisfies ArgsDef;

const numbers = {
  width: 'width',
  height: 'height',
  frames: 'frameCount',
  fps: 'fps',
  steps: 'steps',
  guidance: 'guidanceScale',
  'guidance-rescale': 'guidanceRescale',
  shift: 'shift',
  seed: 'seed',
  'cache-steps': 'cacheSteps',
} as const;

/** @throws CommandLineError where a number is none */
export function settingsOf(args: ParsedArgs<typeof settingsOptions>): GenerationSettingsInput {
  const given = Object.entries(numbers).flatMap(([option, field]) => {
    const text = args[option as keyof typeof numbers];
    return text === undefined ? [] : [[field, numberOf(option, text)]];
  });
  const sampler = args.sampler?.toUpperCase() as Sampler | undefined;
  const interval = args['guidance-interval'];
  return {
    ...Object.fromEntries(given),
    sampler,
    ...(interval === undefined ? {} : { guidanceInterval: intervalOf(interval) }),
  };
}

function intervalOf(text: string): GuidanceIntervalInput {
  const [, start, end] = /^([\d.]+)-([\d.]+)$/.exec(text) ?? [];
  const interval = { start: Number(start), end: Number(end) };
  if (Number.isNaN(interval.start + interval.end)) {
    throw new CommandLineError(`--guidance-interval must look like 0.1-0.8, not "${text}".`);
  }
  return interval;
}

/**
 * Reads the command line and the files that it names, so that a mistake is told before a server is looked for.
 * @returns what makes the input through a client: it uploads the picture, if there is one, on the way
 * @throws CommandLineError
 */
export async function inputOf(
  prompt: string,
  args: ParsedArgs<typeof generateOptions>,
): Promise<(client: ReelQL) => Promise<CreateGenerationInput>> {
  const { model } = args;
  const picture = args.image === undefined ? undefined : await inputFile(args.image);
  const input = {
    prompt,
    negativePrompt: args.negative,
    settings: settingsOf(args),
    outputs: await outputsOf(args),
    priority: args.priority === undefined ? undefined : numberOf('priority', args.priority),
    onDoesNotFit: args.downgrade ? 'DOWNGRADE' : undefined,
    batching: args.solo ? 'SOLO' : undefined,
    cache: args.cache ? (args['any-seed'] ? 'USE_ANY_SEED' : undefined) : 'REFRESH',
    webhookUrl: args.webhook,
  } as const;
  return async (client) => ({
    ...input,
    modelId: model === undefined ? undefined : await modelId(client, model),
    firstFrameUploadId: picture === undefined ? undefined : (await client.upload(new Uint8Array(picture))).id,
  });
}

const formats: Readonly<Record<string, VideoFormat>> = { mp4: 'MP4_H264', webm: 'WEBM_VP9', gif: 'GIF', webp: 'WEBP' };

/** @throws CommandLineError */
export async function outputsOf({
  format,
  crop,
  subtitles,
}: ParsedArgs<typeof outputOptions>): Promise<OutputsInput | undefined> {
  if (format === undefined && crop === undefined && subtitles === undefined) return undefined;
  return {
    formats: format?.split(',').map(formatOf),
    crop: crop === undefined ? undefined : cropOf(crop),
    subtitles: subtitles === undefined ? undefined : parseSubRip(String(await inputFile(subtitles))),
  };
}

function formatOf(name: string): VideoFormat {
  const format = formats[name.trim().toLowerCase()];
  if (!format) throw new CommandLineError(`--format must be of ${Object.keys(formats).join(', ')}, not "${name}".`);
  return format;
}

function cropOf(text: string): CropInput {
  const [, width, height, x, y] = /^(\d+)[x×](\d+)\+(\d+)\+(\d+)$/.exec(text) ?? [];
  if (!y) throw new CommandLineError(`--crop must look like 192x128+32+16, not "${text}".`);
  return { width: Number(width), height: Number(height), x: Number(x), y: Number(y) };
}
