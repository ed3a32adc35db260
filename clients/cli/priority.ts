import { command, jsonOption, numberOf, serverOptions } from './command.js';
import { generationId } from './ids.js';
import { print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const priority = command({
  meta: { name: 'priority', description: 'Make a generation more or less urgent, also one that runs' },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    priority: { type: 'positional', description: '-100 to 100, higher goes first', required: true },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const { generations } = connection.client;
    const id = await generationId(connection.client, args.id);
    const generation = await generations.setPriority(id, numberOf('priority', args.priority));
    if (wantsJson(args)) printJson({ id, priority: generation.priority });
    else print(`${id} has priority ${generation.priority}.`);
  },
});
