import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { ReelError } from '../errors.js';
import { packagePath } from '../package-path.js';

/** prisma/migrations of this package. */
export function migrationsFolder(): string {
  return packagePath('prisma/migrations');
}

// As Prisma creates it, so that its own `migrate deploy` and `migrate status` accept our history.
const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

/**
 * Brings the database to this version: each missing migration in one transaction together with its entry in the history. The
 * caller holds the lock on the database. Returns the names of the migrations that were applied.
 * @throws ReelError DATABASE_UNUSABLE if the history was made by a newer version, was edited, or a migration fails.
 */
export async function migrate(client: Client, folder = migrationsFolder()): Promise<string[]> {
  await client.execute(historyTable);
  const applied = await history(client);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const unknown = [...applied.keys()].find((name) => !names.includes(name));
  if (unknown) {
    throw unusable(
      `The database holds the migration ${unknown}, which this version of ReelQL does not know. Use the newer version.`,
    );
  }
  const fresh: string[] = [];
  for (const name of names.sort()) {
    const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = applied.get(name);
    if (before !== undefined && before !== checksum)
      throw unusable(`The migration ${name} was changed after it was applied.`);
    if (before !== undefined) continue;
    await apply(client, name, sql, checksum);
    fresh.push(name);
  }
  return fresh;
}

async function history(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.execute(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [String(row.migration_name), String(row.checksum)]));
}

async function apply(client: Client, name: string, sql: string, checksum: string): Promise<void> {
  const now = Date.now();
  const entry = [quote(randomUUID()), quote(checksum), now, quote(name), now, 1].join(', ');
  try {
    // Foreign keys are off outside of the transaction, where alone it has an effect: a migration that rebuilds a table drops
    // the old one, and its children must not go with it.
    await client.executeMultiple(`PRAGMA foreign_keys=OFF;
BEGIN IMMEDIATE;
${sql}
INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES (${entry});
COMMIT;
PRAGMA foreign_keys=ON;`);
  } catch (error) {
    throw unusable(`The migration ${name} failed and was undone: ${(error as Error).message}`, error);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function unusable(message: string, cause?: unknown): ReelError {
  return new ReelError('DATABASE_UNUSABLE', message, { cause });
}
