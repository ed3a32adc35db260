/**
 * Checks that the migrations of each dialect lead exactly to its schema; `--write <name>` authors the missing migration.
 *
 * SQLite: all migrations are replayed on an empty database and the result is compared with the schema.
 * PostgreSQL: no server is needed. Each migration keeps the schema it arrives at beside it, so that every step can be computed
 * again from two schemas, and the last of them must be today's.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import {
  type Dialect,
  datamodelTarget,
  dialects,
  diffSql,
  migrationList,
  migrationNames,
  openSchemaEngine,
} from './schema-engine.js';

/** SQL that is missing between the migrations and the schema; problems are steps that no longer compute to what is stored. */
async function drift(dialect: Dialect, scratch: string): Promise<{ missing: string; problems: string[] }> {
  const schema = await readFile(dialect.schema, 'utf8');
  const engine = await openSchemaEngine(dialect, schema, scratch);
  const today = datamodelTarget(dialect.schema, schema);
  if (dialect.name === 'sqlite') {
    const list = await migrationList(dialect);
    const empty = list.migrationDirectories.length === 0;
    const from = empty ? { tag: 'empty' as const } : { tag: 'migrations' as const, ...list };
    return { missing: await diffSql(engine, from, today), problems: [] };
  }
  const problems: string[] = [];
  let previous: Parameters<typeof diffSql>[1] = { tag: 'empty' };
  for (const name of await migrationNames(dialect)) {
    const folder = join(dialect.migrations, name);
    const next = datamodelTarget(dialect.schema, await readFile(join(folder, 'schema.prisma'), 'utf8'));
    const stored = await readFile(join(folder, 'migration.sql'), 'utf8');
    if ((await diffSql(engine, previous, next)) !== stored)
      problems.push(`${folder}/migration.sql is not what its schemas say`);
    previous = next;
  }
  return { missing: await diffSql(engine, previous, today), problems };
}

async function write(dialect: Dialect, name: string, sql: string): Promise<void> {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(dialect.migrations, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), sql);
  if (dialect.name === 'postgresql')
    await writeFile(join(folder, 'schema.prisma'), await readFile(dialect.schema, 'utf8'));
  await writeFile(
    join(dialect.migrations, 'migration_lock.toml'),
    `# Read by Prisma: the database these migrations are for.\nprovider = "${dialect.name}"\n`,
  );
  console.log(`Wrote ${folder}.`);
}

const writeAt = argv.indexOf('--write');
const name = writeAt >= 0 ? argv[writeAt + 1] : undefined;
if (writeAt >= 0 && !/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error('Usage: check-migrations [--write lower_case_name]');
  exit(2);
}
const scratch = await mkdtemp(join(tmpdir(), 'reelql-migrations-'));
for (const dialect of dialects) {
  const { missing, problems } = await drift(dialect, scratch);
  for (const problem of problems) console.error(problem);
  if (missing && name) await write(dialect, name, missing);
  else if (missing)
    console.error(`${dialect.schema} has changes without a migration (--write NAME authors it):\n${missing}`);
  else console.log(`${dialect.migrations} leads to ${dialect.schema}.`);
  if (problems.length > 0 || (missing && !name)) process.exitCode = 1;
}
await rm(scratch, { recursive: true, force: true });
