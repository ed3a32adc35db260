import type { Generation } from '../sdk/src/index.js';
import { command, jsonOption, serverOptions } from './command.js';
import { generationId } from './ids.js';
import { marks } from './list.js';
import { bytes, print, printJson, wantsJson } from './output.js';
import { describe, duration } from './progress/view.js';
import { connect } from './server.js';
import { settingsText } from './settings-text.js';
import { onStdout } from './style.js';

export const show = command({
  meta: { name: 'show', description: 'Show all that is known of a generation' },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const generation = await connection.client.generations.get(await generationId(connection.client, args.id));
    if (wantsJson(args)) printJson(generation);
    else for (const [name, value] of factsOf(generation)) print(`${onStdout.dim(name.padEnd(10))} ${value}`);
  },
});

function factsOf(generation: Generation): [string, string][] {
  const { id, status, prompt, negativePrompt, modelName, device, adjustments, usage, failure, artifacts } = generation;
  return [
    ['Id', id],
    ['Status', marks[status](status)],
    ['Prompt', prompt],
    ...(negativePrompt ? [['Not', negativePrompt] as [string, string]] : []),
    ['Model', `${modelName}${device ? ` on ${device.name}` : ''}`],
    ['Settings', `${settingsText(generation.settings)}, seed ${generation.settings.seed}`],
    ...adjustments.map(({ field, from, to, reason }): [string, string] => [
      'Adjusted',
      `${field}: ${from} → ${to} (${reason})`,
    ]),
    ...(status === 'QUEUED' || status === 'RUNNING'
      ? [['Progress', describe(generation.progress)] as [string, string]]
      : []),
    ...(usage ? [['Took', usageOf(usage)] as [string, string]] : []),
    ...(failure ? [['Failure', `${failure.message} (${failure.code})`] as [string, string]] : []),
    ...artifacts.map(({ kind, url, bytes: size }): [string, string] => [
      kind === 'POSTER' ? 'Poster' : 'Video',
      `${url}  ${bytes(size)}`,
    ]),
  ];
}

function usageOf({ queueSeconds, wallSeconds, computeSeconds, peakBytes }: NonNullable<Generation['usage']>): string {
  const memory = peakBytes === null ? '' : `, at most ${bytes(peakBytes)} of memory`;
  return `${duration(wallSeconds)} after ${duration(queueSeconds)} of waiting; ${computeSeconds.toFixed(1)} s of computing${memory}`;
}
