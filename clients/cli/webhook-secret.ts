import { loadConfig } from '../../src/config.js';
import { formatWebhookSecret } from '../../src/webhooks/signature.js';
import { webhookSecret as secretOf } from '../../src/webhooks/webhooks.js';
import { command, dataOption } from './command.js';
import { print } from './output.js';

export const webhookSecret = command({
  meta: { name: 'webhook-secret', description: 'Show what webhooks are signed with, for those who receive them' },
  args: { ...dataOption },
  async run({ args }) {
    const config = loadConfig(args['data-dir'] ? { dataDir: args['data-dir'] } : {});
    print(formatWebhookSecret(await secretOf(config)));
  },
});
