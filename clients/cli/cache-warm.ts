import { type CreateGenerationInput, QueueFullError, type ReelQL } from '../sdk/src/index.js';
import { command, jsonOption, numberOf, serverOptions } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { settingsOf, settingsOptions } from './generate-options.js';
import { modelId } from './ids.js';
import { inputFile } from './input-file.js';
import { fitted, print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

/** Waits this long where the server does not say how long its queue will be full. */
const fullQueueSeconds = 5;

/**
 * Requests for `cache: USE_ANY_SEED` are answered with these at once. They wait behind everybody else's, and what the cache has
 * already is not made again, so that the command can be run again after an interruption.
 */
export const cacheWarm = command({
  meta: { name: 'warm', description: 'Make the videos of a list of prompts ahead, behind all other work' },
  args: {
    file: {
      type: 'positional',
      description: 'A prompt or a CreateGenerationInput as JSON on each line',
      required: true,
    },
    ...settingsOptions,
    priority: { type: 'string', description: '-100 to 100, higher goes first', default: '-100', valueHint: 'n' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const json = wantsJson(args);
    const inputs = inputsOf(String(await inputFile(args.file)));
    await using connection = await connect(args);
    const { client } = connection;
    const shared = {
      modelId: args.model === undefined ? undefined : await modelId(client, args.model),
      priority: numberOf('priority', args.priority),
    };
    let failures = 0;
    for (const [index, input] of inputs.entries()) {
      const settings = { ...settingsOf(args), ...input.settings };
      const { id, prompt, status, cached } = await made(client, {
        ...shared,
        cache: 'USE_ANY_SEED',
        ...input,
        settings,
      });
      if (status !== 'SUCCEEDED') failures++;
      if (json) printJson({ id, prompt, status, cached });
      else print(fitted(`${index + 1}/${inputs.length}  ${cached ? 'cached' : status.toLowerCase()}  ${prompt}`));
    }
    if (failures > 0) throw new Error(`${failures} of ${inputs.length} could not be made.`);
  },
});

/** @throws CommandLineError naming the line */
function inputsOf(file: string): CreateGenerationInput[] {
  const lines = file.split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    if (!line.startsWith('{')) return [{ prompt: line }];
    try {
      return [JSON.parse(line) as CreateGenerationInput];
    } catch (error) {
      throw new CommandLineError(`Line ${index + 1} is no JSON: ${(error as Error).message}`);
    }
  });
}

async function made(client: ReelQL, input: CreateGenerationInput) {
  for (;;) {
    try {
      const handle = await client.generate(input);
      for await (const _ of handle.events());
      return await handle.get();
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      const seconds = error.retryAfterSeconds ?? fullQueueSeconds;
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    }
  }
}
