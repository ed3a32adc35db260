import { command, jsonOption, serverOptions } from './command.js';
import { fitted, print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const queue = command({
  meta: { name: 'queue', description: 'Show what waits, the next one first; pause it or let it go on' },
  args: {
    pause: { type: 'boolean', description: 'Let nothing new start' },
    resume: { type: 'boolean', description: 'Let it go on' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const { client } = connection;
    if (args.pause || args.resume) await client.setQueuePaused(args.pause === true);
    const { paused, depth, running, capacity, entries } = await client.queue({ first: 100 });
    const waiting = entries.edges.map(({ node }) => node);
    if (wantsJson(args)) return printJson({ paused, depth, running, capacity, waiting });
    print(`${running} running, ${depth} of at most ${capacity} waiting${paused ? ', paused' : ''}`);
    for (const { id, priority, prompt } of waiting) print(fitted(`${id}  ${String(priority).padStart(4)}  ${prompt}`));
  },
});
