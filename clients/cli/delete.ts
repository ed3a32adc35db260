import { command, jsonOption, serverOptions } from './command.js';
import { generationId } from './ids.js';
import { print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const deleteGeneration = command({
  meta: { name: 'delete', description: 'Remove a generation that has ended or waits, with its files' },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const id = await generationId(connection.client, args.id);
    await connection.client.generations.delete(id);
    if (wantsJson(args)) printJson({ deletedId: id });
    else print(`${id} is gone.`);
  },
});
