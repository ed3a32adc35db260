import { command, jsonOption, serverOptions } from './command.js';
import { settingsOf, settingsOptions } from './generate-options.js';
import { modelId } from './ids.js';
import { bytes, print, printJson, wantsJson } from './output.js';
import { duration } from './progress/view.js';
import { connect } from './server.js';
import { settingsText } from './settings-text.js';

export const estimate = command({
  meta: { name: 'estimate', description: 'How long a video would take and what memory it would need' },
  args: {
    ...settingsOptions,
    downgrade: { type: 'boolean', description: 'Of what would be made where it does not fit' },
    ...serverOptions,
    ...jsonOption,
  },
  async run({ args }) {
    await using connection = await connect(args);
    const { __typename: _, ...answer } = await connection.client.estimate({
      modelId: args.model === undefined ? undefined : await modelId(connection.client, args.model),
      settings: settingsOf(args),
      onDoesNotFit: args.downgrade ? 'DOWNGRADE' : undefined,
    });
    if (wantsJson(args)) return printJson(answer);
    print(settingsText(answer.settings));
    for (const { field, from, to, reason } of answer.adjustments) print(`${field}: ${from} → ${to} (${reason})`);
    if (!answer.estimate) return print('No device has shown yet how fast it is.');
    const { seconds, lowSeconds, highSeconds, queueSeconds, peakBytes, basis } = answer.estimate;
    const range = `${duration(lowSeconds)} to ${duration(highSeconds)}`;
    print(
      `${duration(seconds)} of work (${range}, ${basis.toLowerCase()}), after ${duration(queueSeconds)} of waiting`,
    );
    print(`${bytes(peakBytes)} of memory at most`);
  },
});
