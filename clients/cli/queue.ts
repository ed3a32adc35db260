import { command, jsonOption, serverOptions } from './command.js';
import { fitted, print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const queue = command({
  meta: { name: 'queue', description: 'Show what waits, the next one first' },
  args: { ...serverOptions, ...jsonOption },
  async run({ args }) {
    await using connection = await connect(args);
    const { depth, running, capacity, entries } = await connection.client.queue({ first: 100 });
    const waiting = entries.edges.map(({ node }) => node);
    if (wantsJson(args)) return printJson({ depth, running, capacity, waiting });
    print(`${running} running, ${depth} of at most ${capacity} waiting`);
    for (const { id, priority, prompt } of waiting) print(fitted(`${id}  ${String(priority).padStart(4)}  ${prompt}`));
  },
});
