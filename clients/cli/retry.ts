import { command, jsonOption, serverOptions } from './command.js';
import { outputOptions, outputsOf } from './generate-options.js';
import { generationId } from './ids.js';
import { followOptions, makeAndFollow } from './make-and-follow.js';
import { connect } from './server.js';

export const retry = command({
  meta: {
    name: 'retry',
    description: 'Ask for the same again, seed included, or for other files of it; what was finished is not done again',
  },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    ...outputOptions,
    ...followOptions,
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const { generations } = connection.client;
    const id = await generationId(connection.client, args.id);
    await makeAndFollow(connection, async () => generations.retry(id, { outputs: await outputsOf(args) }), args);
  },
});
