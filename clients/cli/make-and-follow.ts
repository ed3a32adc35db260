import type { ArgsDef, ParsedArgs } from 'citty';
import type { CreatedGeneration } from '../sdk/src/index.js';
import { Detached } from './exit-codes.js';
import { followGeneration, saveFiles } from './follow-generation.js';
import { onInterrupt } from './interrupts.js';
import { print, printJson, wantsJson } from './output.js';
import { progressView } from './progress/progress-view.js';
import type { Connection } from './server.js';
import { onStderr } from './style.js';

/** Options of commands that make a video and wait for it. */
export const followOptions = {
  out: { type: 'string', description: 'Where the video goes; <id>.mp4 here if left out', valueHint: 'path' },
  previews: { type: 'string', description: 'Folder for the preview of every step', valueHint: 'path' },
  detach: { type: 'boolean', description: 'Print the id and leave: see watch' },
  pictures: { type: 'boolean', default: true, negativeDescription: 'No previews in the terminal' },
} as const satisfies ArgsDef;

/** Makes a generation, shows it to its end and saves its files. Ctrl-C cancels it, twice leaves it running. */
export async function makeAndFollow(
  connection: Connection,
  make: () => Promise<CreatedGeneration>,
  args: ParsedArgs<typeof followOptions> & { readonly json?: boolean | undefined },
): Promise<void> {
  const json = wantsJson(args);
  const created = await make();
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
    const follow = { view, previewsFolder: args.previews, signal: detached.signal };
    const { generation } = await followGeneration(created, follow);
    const files = await saveFiles(connection.client, generation, args.out ?? created.id);
    if (json) printJson({ id: created.id, video: files[0], files, cached: generation.cached });
    else for (const file of files) print(file);
  } finally {
    release();
  }
}

function noticesOf({ created, warnings }: CreatedGeneration): string[] {
  return [
    ...created.adjustments.map(({ field, from, to, reason }) => `${field}: ${from} → ${to} (${reason})`),
    ...warnings.map(({ message }) => message),
  ];
}

function howToReturn(id: string, { embedded }: Connection): string {
  return embedded
    ? `It goes on when a server runs: npx reelql serve, then npx reelql watch ${id}`
    : `It goes on. npx reelql watch ${id}`;
}
