/** Prisma's schema engine as WebAssembly: the one part of Prisma that can write and check migrations without a download. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { DiffTarget, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';

export type { DiffTarget, MigrationList };

/** What one database needs: where its schema lies and where its migrations go. Paths are relative to the package root. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql';
  readonly schema: string;
  readonly migrations: string;
}

export const dialects: readonly Dialect[] = [
  { name: 'sqlite', schema: 'prisma/schema.prisma', migrations: 'prisma/migrations' },
  { name: 'postgresql', schema: 'prisma/postgresql/schema.prisma', migrations: 'prisma/postgresql/migrations' },
];

/**
 * Opens the engine for one dialect. `scratch` is an empty folder for SQLite's databases to replay migrations on; `database` a
 * file in it to connect to, if it is about one. PostgreSQL gets an adapter that only tells its version: comparing two datamodels
 * needs no database, and anything else fails loudly.
 */
export async function openSchemaEngine(
  dialect: Dialect,
  datamodel: string,
  scratch: string,
  database: string = randomUUID(),
): Promise<SchemaEngine> {
  const engine = await loadEngine();
  const factory = dialect.name === 'sqlite' ? scratchSqlite(scratch, database) : noPostgres();
  return engine.SchemaEngine.new(
    { datamodels: [[dialect.schema, datamodel]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

// Files and not ":memory:": the libsql client opens a second connection beside each transaction, which would see another memory.
function scratchSqlite(scratch: string, database: string): SqlMigrationAwareDriverAdapterFactory {
  const open = async (file: string) => {
    const adapter = await new PrismaLibSql({ url: pathToFileURL(join(scratch, file)).href }).connect();
    // The engine sends a whole migration as one statement, and libsql would run only the first of it.
    adapter.executeRaw = async ({ sql }) => {
      await adapter.executeScript(sql);
      return 0;
    };
    return adapter;
  };
  return {
    provider: 'sqlite',
    adapterName: 'libsql',
    connect: () => open(database),
    connectToShadowDb: () => open(randomUUID()),
  };
}

function noPostgres(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => Promise.reject(new Error('Comparing two schemas must not need a PostgreSQL server.'));
  const connection = {
    provider: 'postgres',
    adapterName: 'none',
    // The one thing the engine asks before it compares: does the schema exist, and which version is this?
    queryRaw: ({ sql }: { sql: string }) =>
      sql.includes('server_version_num')
        ? Promise.resolve({
            columnNames: ['exists', 'version', 'numeric_version'],
            columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
            rows: [[true, 'PostgreSQL 16.0', 160000]],
          })
        : refuse(),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: () => Promise.resolve(),
  } as const;
  const connect = () => Promise.resolve(connection);
  return { provider: 'postgres', adapterName: 'none', connect, connectToShadowDb: refuse };
}

/** SQL that leads from one schema to the other; empty when they are the same. */
export async function diffSql(engine: SchemaEngine, from: DiffTarget, to: DiffTarget): Promise<string> {
  const filters = { externalTables: [], externalEnums: [] };
  const { exitCode, stdout } = await engine.diff({ from, to, script: true, exitCode: true, filters });
  return exitCode === 0 ? '' : (stdout ?? '');
}

export function datamodelTarget(path: string, content: string): DiffTarget {
  return { tag: 'schemaDatamodel', files: [{ path, content }] };
}

/** Names of the migrations' folders, in the order of their application. */
export async function migrationNames(dialect: Dialect): Promise<string[]> {
  const entries = await readdir(dialect.migrations, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The migrations as the engine wants them. */
export async function migrationList(dialect: Dialect): Promise<MigrationList> {
  const lockfile = join(dialect.migrations, 'migration_lock.toml');
  const names = await migrationNames(dialect);
  return {
    baseDir: resolve(dialect.migrations),
    lockfile: { path: 'migration_lock.toml', content: await readFile(lockfile, 'utf8').catch(() => null) },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => {
        const value = await readFile(join(dialect.migrations, path, 'migration.sql'), 'utf8');
        return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
      }),
    ),
  };
}

// Loaded once: the bindings keep views of the memory of the instance they were given first.
let loading: ReturnType<typeof instantiate> | undefined;
function loadEngine() {
  loading ??= instantiate();
  return loading;
}

// The package's own entry imports the .wasm file as a module, which Node 20 only does behind a flag.
async function instantiate() {
  // A panic inside the engine reports through this global.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  });
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } });
  (bindings as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return bindings;
}

// Node has it; its types come with the DOM library, which this project does without.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, () => void> } }>;
};
