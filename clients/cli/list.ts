import type { Generation, GenerationFilter, GenerationStatus } from '../sdk/src/index.js';
import { command, jsonOption, numberOf, serverOptions } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { modelId } from './ids.js';
import { fitted, print, printJson, wantsJson } from './output.js';
import { describe, duration } from './progress/view.js';
import { connect } from './server.js';
import { onStdout } from './style.js';

export const list = command({
  meta: { name: 'list', description: 'List generations, newest first' },
  args: {
    status: { type: 'string', description: 'Of these: queued,running,succeeded,failed,canceled', valueHint: 'status' },
    contains: { type: 'string', description: 'With this text in the prompt', valueHint: 'text' },
    model: { type: 'string', description: 'Of this model', valueHint: 'name' },
    limit: { type: 'string', description: 'At most so many', default: '20', valueHint: 'n' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const limit = numberOf('limit', args.limit);
    const status = args.status?.split(',').map(statusOf);
    await using connection = await connect(args);
    const filter: GenerationFilter = {
      status,
      promptContains: args.contains,
      modelId: args.model === undefined ? undefined : await modelId(connection.client, args.model),
    };
    const now = Date.now();
    let left = limit;
    for await (const generation of connection.client.generations.all(filter)) {
      if (left-- <= 0) break;
      if (wantsJson(args)) printJson(generation);
      else print(lineOf(generation, now));
    }
  },
});

export const marks: Readonly<Record<GenerationStatus, (text: string) => string>> = {
  QUEUED: onStdout.dim,
  RUNNING: onStdout.cyan,
  SUCCEEDED: onStdout.green,
  FAILED: onStdout.red,
  CANCELED: onStdout.yellow,
};

function statusOf(text: string): GenerationStatus {
  const status = text.trim().toUpperCase();
  if (Object.hasOwn(marks, status)) return status as GenerationStatus;
  const all = Object.keys(marks).join(', ').toLowerCase();
  throw new CommandLineError(`--status must be of ${all}, not "${text}".`);
}

function lineOf(generation: Generation, now: number): string {
  const { id, status, createdAt, prompt, progress } = generation;
  const age = duration((now - Date.parse(createdAt)) / 1000);
  const doing = status === 'RUNNING' ? `${describe(progress)}: ` : '';
  const start = `${id}  ${status.padEnd(9)}  ${age.padStart(12)} ago  `;
  // Colours take no room, so they come after the cut.
  return fitted(`${start}${doing}${prompt}`).replace(status, marks[status](status));
}
