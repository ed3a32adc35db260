import type { Clock } from '../clock.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { ApiKeyModel } from '../generated/prisma/models/ApiKey.js';
import { newId } from '../ids.js';
import { type ApiKey, hashOf, type KeyLimits, newSecret, prefixOf } from './api-key.js';
import type { Role } from './caller.js';

export interface NewKey extends KeyLimits {
  readonly name: string;
  readonly role: Role;
  /** 1 if undefined. */
  readonly weight?: number | undefined;
}

/** API keys in the database. Keys are revoked and never deleted, so that what they made keeps its owner. */
export class KeyStore {
  constructor(
    private readonly database: PrismaClient,
    private readonly clock: Clock,
  ) {}

  /** Returns the secret, this once. */
  async create(key: NewKey): Promise<{ readonly key: ApiKey; readonly secret: string }> {
    const secret = newSecret();
    const { name, role, weight, maxQueued, maxRunning, maxPerDay, requestsPerMinute } = key;
    const limits = { maxQueued, maxRunning, maxPerDay, requestsPerMinute };
    const row = await this.database.apiKey.create({
      data: {
        id: newId(),
        name,
        role,
        weight: weight ?? null,
        hash: hashOf(secret),
        prefix: prefixOf(secret),
        createdAt: this.clock.now(),
        ...limits,
      },
    });
    return { key: fromRow(row), secret };
  }

  /** Oldest first, revoked ones too. */
  async list(): Promise<ApiKey[]> {
    return (await this.database.apiKey.findMany({ orderBy: { id: 'asc' } })).map(fromRow);
  }

  /** Those that open the gate, by the hash of their secret. */
  async valid(): Promise<Map<string, ApiKey>> {
    const rows = await this.database.apiKey.findMany({ where: { revokedAt: null } });
    return new Map(rows.map((row) => [row.hash, fromRow(row)]));
  }

  /** False if it was revoked before. */
  async revoke(id: string): Promise<boolean> {
    const { count } = await this.database.apiKey.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: this.clock.now() },
    });
    return count > 0;
  }

  async used(id: string, at: Date): Promise<void> {
    await this.database.apiKey.updateMany({ where: { id }, data: { lastUsedAt: at } });
  }
}

function fromRow({ hash: _, ...row }: ApiKeyModel): ApiKey {
  return { ...row, role: row.role as Role, weight: row.weight ?? 1 };
}
