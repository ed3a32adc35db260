import type { PrismaClient } from '../generated/prisma/client.js';

const queuePaused = 'queuePaused';

/** What is set while the server runs and holds after a restart. */
export class ServerSettings {
  constructor(private readonly database: Pick<PrismaClient, 'setting'>) {}

  async queuePaused(): Promise<boolean> {
    const row = await this.database.setting.findUnique({ where: { key: queuePaused } });
    return row?.value === true;
  }

  async setQueuePaused(value: boolean): Promise<void> {
    await this.database.setting.upsert({
      where: { key: queuePaused },
      create: { key: queuePaused, value },
      update: { value },
    });
  }
}
