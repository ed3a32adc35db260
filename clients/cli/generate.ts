import type { CreatedGeneration } from '../sdk/src/index.js';
import { command, jsonOption, serverOptions } from './command.js';
import { Detached } from './exit-codes.js';
import { followGeneration, saveFiles } from './follow-generation.js';
import { generateOptions, inputOf } from './generate-options.js';
import { onInterrupt } from './interrupts.js';
import { print, printJson, wantsJson } from './output.js';
import { progressView } from './progress/progress-view.js';
import { type Connection, connect } from './server.js';
import { onStderr } from './style.js';

export const generate = command({
  meta: { name: 'generate', description: 'Make one video, through a running server or one of its own' },
  args: {
    prompt: { type: 'positional', description: 'What the video shows', required: true },
    ...generateOptions,
    out: { type: 'string', description: 'Where the video goes; <id>.mp4 here if left out', valueHint: 'path' },
    previews: { type: 'string', description: 'Folder for the preview of every step', valueHint: 'path' },
    detach: { type: 'boolean', description: 'Print the id and leave: see watch' },
    pictures: { type: 'boolean', default: true, negativeDescription: 'No previews in the terminal' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const json = wantsJson(args);
    await using connection = await connect(args);
    const { client } = connection;
    const created = await client.generate(await inputOf(client, args.prompt, args));
    for (const notice of noticesOf(created)) process.stderr.write(`${onStderr.yellow(notice)}\n`);
    if (args.detach) return json ? printJson({ id: created.id }) : print(created.id);
    const view = await progressView({ json, pictures: args.pictures });
    const detached = new AbortController();
    const release = onInterrupt({
      warn: () => view.notice('Canceling; Ctrl-C again leaves it running'),
      cancel: () => void created.cancel().catch(() => {}),
      detach: () => detached.abort(new Detached(howToReturn(created.id, connection))),
    });
    try {
      const { generation } = await followGeneration(created, {
        view,
        previewsFolder: args.previews,
        signal: detached.signal,
      });
      const files = await saveFiles(client, generation, args.out ?? `${created.id}.mp4`);
      if (json) printJson({ id: created.id, video: files[0], files });
      else for (const file of files) print(file);
    } finally {
      release();
    }
  },
});

function noticesOf({ created, warnings }: CreatedGeneration): string[] {
  return [
    ...created.adjustments.map(({ field, from, to, reason }) => `${field}: ${from} → ${to} (${reason})`),
    ...warnings.map(({ field, message }) => `${field}: ${message}`),
  ];
}

function howToReturn(id: string, { embedded }: Connection): string {
  return embedded
    ? `It goes on when a server runs: npx reelql serve, then npx reelql watch ${id}`
    : `It goes on. npx reelql watch ${id}`;
}
