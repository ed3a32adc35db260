/**
 * Writes prisma/postgresql/schema.prisma from prisma/schema.prisma; `--check` only compares and exits 1 when they differ.
 * The two differ in the provider, the place of the client, and in that PostgreSQL is told to store instants with their zone.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { argv, exit } from 'node:process';

const source = 'prisma/schema.prisma';
const target = 'prisma/postgresql/schema.prisma';

export function derivePostgres(schema: string): string {
  const body = schema
    .replace(/^(?:\/\/[^\n]*\n)+/, '// Derived from ../schema.prisma by scripts/derive-postgres.ts. Do not edit.\n')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('"../src/generated/prisma"', '"../../src/generated/prisma-postgresql"')
    .replace(/^(\s+\w+\s+DateTime\??)(.*)$/gm, '$1 @db.Timestamptz(3)$2');
  if (!body.includes('provider = "postgresql"'))
    throw new Error(`${source} has no datasource with provider = "sqlite".`);
  return body;
}

if (argv[1]?.includes('derive-postgres')) {
  const derived = derivePostgres(await readFile(source, 'utf8'));
  if (argv.includes('--check')) {
    const found = await readFile(target, 'utf8').catch(() => '');
    if (found !== derived) {
      console.error(`${target} is not what ${source} derives to. Run: node dist/scripts/derive-postgres.js`);
      exit(1);
    }
    console.log(`${target} follows ${source}.`);
  } else {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, derived);
    console.log(`Wrote ${target}.`);
  }
}
