import { command, jsonOption, serverOptions } from './command.js';
import { generateOptions, inputOf } from './generate-options.js';
import { followOptions, makeAndFollow } from './make-and-follow.js';
import { connect } from './server.js';

export const generate = command({
  meta: { name: 'generate', description: 'Make one video, through a running server or one of its own' },
  args: {
    prompt: {
      type: 'positional',
      description: 'What the video shows; "" for whatever the model likes',
      required: true,
    },
    ...generateOptions,
    ...followOptions,
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const makeInput = await inputOf(args.prompt, args);
    await using connection = await connect(args);
    const { client } = connection;
    await makeAndFollow(connection, async () => client.generate(await makeInput(client)), args);
  },
});
