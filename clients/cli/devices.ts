import type { Device } from '../sdk/src/index.js';
import { command, jsonOption, serverOptions } from './command.js';
import { bytes, print, printJson, wantsJson } from './output.js';
import { connect } from './server.js';

export const devices = command({
  meta: { name: 'devices', description: 'List the devices of the server: what they do, what lies in their memory' },
  args: { ...serverOptions, ...jsonOption },
  async run({ args }) {
    await using connection = await connect(args);
    for (const device of await connection.client.devices()) {
      if (wantsJson(args)) printJson(device);
      else for (const line of linesOf(device)) print(line);
    }
  },
});

function linesOf({ id, name, status, totalBytes, freeBytes, loaded, running }: Device): string[] {
  const free = freeBytes === null ? '' : `, ${bytes(freeBytes)} free`;
  return [
    `${id}  ${status}  ${name}, ${bytes(totalBytes)}${free}`,
    ...loaded.map(({ model, component, bytes: size }) => `  ${component} of ${model.name}, ${bytes(size)}`),
    ...running.map((generation) => `  ${generation.id}  ${generation.prompt}`),
  ];
}
