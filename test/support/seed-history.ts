import type { PrismaClient } from '../../src/generated/prisma/client.js';

const statuses = "CASE i % 10 WHEN 0 THEN 'FAILED' WHEN 1 THEN 'CANCELED' ELSE 'SUCCEEDED' END";
const subjects =
  "CASE i % 4 WHEN 0 THEN 'a red car' WHEN 1 THEN 'a blue boat' WHEN 2 THEN 'a green tree' ELSE '一只猫' END";
/** A generation a minute, up to the beginning of 2026. UUIDv7: the first 48 bits are milliseconds. */
const createdAt = '(1767225600000 - (count - i) * 60000)';
const id = `lower(printf('%08x-%04x-7000-8000-%012x', ${createdAt} >> 16, ${createdAt} & 65535, i))`;

/** What differs between the copies; every other column is the template's. */
const columns: Readonly<Record<string, string>> = {
  id,
  status: statuses,
  prompt: `${subjects} || ' number ' || i || ' at sunset'`,
  model: "CASE i % 5 WHEN 0 THEN 'other' ELSE model END",
  starred: 'i % 100 = 0',
  idempotencyKey: 'NULL',
  requestHash: "printf('%064x', i)",
  seedlessHash: "printf('%064x', i)",
  createdAt: `strftime('%Y-%m-%dT%H:%M:%S+00:00', ${createdAt} / 1000, 'unixepoch')`,
};

/** Fills the history with copies of its one generation, a minute apart, in one statement: 100,000 in about three seconds. */
export async function seedHistory(database: PrismaClient, count: number): Promise<void> {
  const names = await database.$queryRaw<{ name: string }[]>`SELECT name FROM pragma_table_info('Generation')`;
  const into = names.map(({ name }) => `"${name}"`).join(', ');
  const values = names.map(({ name }) => columns[name] ?? `"${name}"`).join(', ');
  await database.$executeRawUnsafe(
    `WITH RECURSIVE numbers(i, count) AS (SELECT 1, ${count} UNION ALL SELECT i + 1, count FROM numbers WHERE i < count)
     INSERT INTO Generation (${into}) SELECT ${values} FROM numbers, (SELECT * FROM Generation LIMIT 1)`,
  );
}
