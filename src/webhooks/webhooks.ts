import { join } from 'node:path';
import type { LinkSigner } from '../artifacts/links.js';
import { secretFile } from '../auth/secret-file.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { EventLogReader } from '../events/event-log.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { GenerationStore } from '../generations/store.js';
import type { Log } from '../log.js';
import { DeliveryStore } from './delivery-store.js';
import { webhookName } from './events.js';
import { payloadOf } from './payload.js';
import { WebhookSender } from './sender.js';
import { parseWebhookSecret } from './signature.js';

export interface WebhookParts {
  readonly config: Pick<Config, 'dataDir' | 'webhookSecret' | 'webhookAllowPrivate'>;
  readonly database: PrismaClient;
  readonly store: GenerationStore;
  readonly eventLog: EventLogReader;
  readonly links: LinkSigner;
  /** Origin under which receivers reach this server. */
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Goes on delivering what the outbox has noted, also what earlier servers left. Returns what ends it.
 * @throws StorageError where the secret cannot be read or made
 */
export async function startWebhooks(parts: WebhookParts): Promise<() => Promise<void>> {
  const { config, database, store, eventLog, links, baseUrl, clock, log } = parts;
  const deliveries = new DeliveryStore(database);
  const sender = new WebhookSender({
    deliveries,
    secret: await webhookSecret(config),
    allowPrivate: config.webhookAllowPrivate,
    clock,
    log,
    async compose({ generationId, sequence }) {
      const generation = await store.get(generationId);
      const [event] = await eventLog.read(generationId, sequence - 1, 1);
      if (!generation || event?.sequence !== sequence) return null;
      return payloadOf(event, generation, (path) => `${baseUrl}${links.sign(path, generation.clientId)}`);
    },
  });
  const ignore = store.onEvent((event) => {
    if (webhookName(event)) sender.wake();
  });
  await deliveries.prune(clock.now());
  sender.wake();
  return async () => {
    ignore();
    await sender.stop();
  };
}

/** The configured one, or one of the data folder, made on first use. Receivers are given it as `formatWebhookSecret` writes it. */
export async function webhookSecret({
  webhookSecret: configured,
  dataDir,
}: Pick<Config, 'webhookSecret' | 'dataDir'>): Promise<Buffer> {
  return (configured && parseWebhookSecret(configured)) || secretFile(join(dataDir, 'secrets', 'webhooks'));
}
