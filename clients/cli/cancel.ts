import { command, jsonOption, serverOptions } from './command.js';
import { generationId } from './ids.js';
import { print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const cancel = command({
  meta: { name: 'cancel', description: 'Stop a generation before its next step' },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const { id, status } = await connection.client.generations.cancel(await generationId(connection.client, args.id));
    if (wantsJson(args)) printJson({ id, status });
    else print(status === 'CANCELED' ? `${id} is canceled.` : `${id} had ended before: ${status}.`);
  },
});
