import { defineCommand } from 'citty';
import { JsonLines, PlainLines, ProgressBar, type ProgressView } from './progress.js';
import { GenerationError, runGeneration } from './run-generation.js';
import { connect } from './server.js';
import { onStderr } from './style.js';

export const generate = defineCommand({
  meta: { name: 'generate', description: 'Make one video, through a running server or one of its own' },
  args: {
    prompt: { type: 'positional', description: 'What the video shows', required: true },
    negative: { type: 'string', description: 'What it should not show' },
    model: { type: 'string', description: 'Name of the model' },
    width: { type: 'string', description: 'Pixels' },
    height: { type: 'string', description: 'Pixels' },
    frames: { type: 'string', description: 'Frames, 4n + 1' },
    fps: { type: 'string', description: 'Frames a second' },
    steps: { type: 'string', description: 'Denoising steps' },
    guidance: { type: 'string', description: 'Guidance scale; 1 = none' },
    seed: { type: 'string', description: 'Same seed, same video; random if left out' },
    sampler: { type: 'string', description: 'UNIPC or EULER' },
    out: { type: 'string', description: 'Path of the MP4' },
    previews: { type: 'string', description: 'Folder for the preview of every step' },
    url: { type: 'string', description: 'Server to use; one of its own if none runs' },
    json: { type: 'boolean', description: 'Events as JSON lines' },
  },
  async run({ args }) {
    const abort = new AbortController();
    process.once('SIGINT', () => abort.abort());
    const view: ProgressView = args.json
      ? new JsonLines()
      : process.stderr.isTTY
        ? new ProgressBar()
        : new PlainLines();
    await using connection = await connect(args.url);
    const result = await runGeneration(connection.client, {
      input: inputOf(args),
      ...(args.out ? { out: args.out } : {}),
      ...(args.previews ? { previewsFolder: args.previews } : {}),
      view,
      signal: abort.signal,
      onNotice: (notice) => process.stderr.write(`${onStderr.yellow(notice)}\n`),
    });
    process.stdout.write(
      args.json ? `${JSON.stringify({ id: result.id, video: result.video })}\n` : `${result.video}\n`,
    );
  },
});

const numberSettings = {
  width: 'width',
  height: 'height',
  frames: 'frameCount',
  fps: 'fps',
  steps: 'steps',
  guidance: 'guidanceScale',
  seed: 'seed',
} as const;

/** CreateGenerationInput from the options that were given; what they may be is the server's to say. */
function inputOf(args: Record<string, unknown>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [option, field] of Object.entries(numberSettings)) {
    if (args[option] === undefined) continue;
    const value = Number(args[option]);
    if (Number.isNaN(value)) throw new GenerationError(`--${option} must be a number, not "${args[option]}"`, 2);
    settings[field] = value;
  }
  if (args.sampler !== undefined) settings.sampler = String(args.sampler).toUpperCase();
  return {
    prompt: args.prompt,
    ...(args.negative === undefined ? {} : { negativePrompt: args.negative }),
    ...(args.model === undefined ? {} : { modelId: args.model }),
    settings,
  };
}
