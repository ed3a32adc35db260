import { command, jsonOption, serverOptions } from './command.js';
import { Detached } from './exit-codes.js';
import { followGeneration, saveFiles } from './follow-generation.js';
import { generationId } from './ids.js';
import { print, printJson, wantsJson } from './output.js';
import { progressView } from './progress/progress-view.js';
import { connect } from './server.js';

export const watch = command({
  meta: { name: 'watch', description: 'Show a generation to its end; Ctrl-C leaves it running' },
  args: {
    id: { type: 'positional', description: 'Its id, or last', required: true },
    out: { type: 'string', description: 'Where to save the video', valueHint: 'path' },
    previews: { type: 'string', description: 'Folder for the preview of every step', valueHint: 'path' },
    pictures: { type: 'boolean', default: true, negativeDescription: 'No previews in the terminal' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const json = wantsJson(args);
    await using connection = await connect(args);
    const { client } = connection;
    const handle = client.generations.handle(await generationId(client, args.id));
    await handle.get();
    const left = new AbortController();
    process.once('SIGINT', () => left.abort(new Detached('It goes on.')));
    const view = await progressView({ json, pictures: args.pictures });
    const { generation } = await followGeneration(handle, { view, previewsFolder: args.previews, signal: left.signal });
    const files = args.out ? await saveFiles(client, generation, args.out) : generation.artifacts.map(({ url }) => url);
    if (json) printJson({ id: generation.id, files });
    else for (const file of files) print(file);
  },
});
