import type { PrismaClient } from '../generated/prisma/client.js';
import type { WebhookDeliveryModel } from '../generated/prisma/models/WebhookDelivery.js';

export type Delivery = Pick<
  WebhookDeliveryModel,
  'id' | 'generationId' | 'url' | 'sequence' | 'attempts' | 'createdAt'
>;

/** How long it can be looked up what became of a delivery. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Deliveries in the database. One is pending while `nextAttemptAt` is set; without it, it is delivered if `deliveredAt` is set,
 * and given up otherwise.
 */
export class DeliveryStore {
  constructor(private readonly database: Pick<PrismaClient, 'webhookDelivery'>) {}

  /** Pending ones whose time has come, the longest overdue first. */
  due(now: Date, besides: readonly string[], limit: number): Promise<Delivery[]> {
    return this.database.webhookDelivery.findMany({
      where: { nextAttemptAt: { lte: now }, id: { notIn: [...besides] } },
      orderBy: [{ nextAttemptAt: 'asc' }, { id: 'asc' }],
      take: limit,
    });
  }

  /** When the next one becomes due after that; null if none will. */
  async nextAfter(now: Date): Promise<Date | null> {
    const next = await this.database.webhookDelivery.findFirst({
      where: { nextAttemptAt: { gt: now } },
      orderBy: { nextAttemptAt: 'asc' },
    });
    return next?.nextAttemptAt ?? null;
  }

  async delivered({ id, attempts }: Delivery, at: Date): Promise<void> {
    await this.#update(id, { attempts: attempts + 1, deliveredAt: at, nextAttemptAt: null, lastError: null });
  }

  /** @param nextAttemptAt null gives it up */
  async failed({ id, attempts }: Delivery, lastError: string, nextAttemptAt: Date | null): Promise<void> {
    await this.#update(id, { attempts: attempts + 1, lastError, nextAttemptAt });
  }

  /** Forgets what ended long ago. */
  async prune(now: Date): Promise<void> {
    const before = new Date(now.getTime() - keptMs);
    await this.database.webhookDelivery.deleteMany({ where: { nextAttemptAt: null, createdAt: { lt: before } } });
  }

  /** Of many, since its generation may have been deleted meanwhile, and it with that. */
  async #update(id: string, data: Partial<WebhookDeliveryModel>): Promise<void> {
    await this.database.webhookDelivery.updateMany({ where: { id }, data });
  }
}
