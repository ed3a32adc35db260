import type { ArgsDef, ParsedArgs } from 'citty';
import type { CreateGenerationInput, GenerationSettingsInput, ReelQL, Sampler } from '../sdk/src/index.js';
import { numberOf } from './command.js';
import { modelId } from './ids.js';

/** Options that say how the video is made; what they may be is the server's to say. */
export const settingsOptions = {
  model: { type: 'string', description: 'Name of the model', valueHint: 'name' },
  width: { type: 'string', description: 'Pixels', valueHint: 'n' },
  height: { type: 'string', description: 'Pixels', valueHint: 'n' },
  frames: { type: 'string', description: 'Frames, 4n + 1', valueHint: 'n' },
  fps: { type: 'string', description: 'Frames a second', valueHint: 'n' },
  steps: { type: 'string', description: 'Denoising steps', valueHint: 'n' },
  guidance: { type: 'string', description: 'Guidance scale; 1 = none', valueHint: 'x' },
  shift: { type: 'string', description: 'Shift of the noise schedule', valueHint: 'x' },
  seed: { type: 'string', description: 'Same seed, same video; random if left out', valueHint: 'n' },
  sampler: { type: 'string', description: 'UNIPC or EULER', valueHint: 'name' },
} as const satisfies ArgsDef;

/** Options that say what is made. */
export const generateOptions = {
  negative: { type: 'string', description: 'What it should not show', valueHint: 'text' },
  ...settingsOptions,
  priority: { type: 'string', description: '-100 to 100, higher goes first', valueHint: 'n' },
} as const satisfies ArgsDef;

const numbers = {
  width: 'width',
  height: 'height',
  frames: 'frameCount',
  fps: 'fps',
  steps: 'steps',
  guidance: 'guidanceScale',
  shift: 'shift',
  seed: 'seed',
} as const;

/** @throws CommandLineError where a number is none */
export function settingsOf(args: ParsedArgs<typeof settingsOptions>): GenerationSettingsInput {
  const given = Object.entries(numbers).flatMap(([option, field]) => {
    const text = args[option as keyof typeof numbers];
    return text === undefined ? [] : [[field, numberOf(option, text)]];
  });
  const sampler = args.sampler?.toUpperCase() as Sampler | undefined;
  return { ...Object.fromEntries(given), sampler };
}

export async function inputOf(
  client: ReelQL,
  prompt: string,
  args: ParsedArgs<typeof generateOptions>,
): Promise<CreateGenerationInput> {
  return {
    prompt,
    negativePrompt: args.negative,
    modelId: args.model === undefined ? undefined : await modelId(client, args.model),
    settings: settingsOf(args),
    priority: args.priority === undefined ? undefined : numberOf('priority', args.priority),
  };
}
