import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { ReelError, StorageError } from '../errors.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { migrate } from './migrate.js';
import { SingleConnectionLibSql, type SqlDriver } from './single-connection.js';

export interface Database {
  readonly client: PrismaClient;
  /** What the client runs on, for the statements of every step. */
  readonly driver: SqlDriver;
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Opens the embedded database (SQLite), creating and migrating it as needed, for this process alone.
 * @throws ReelError DATABASE_IN_USE, DATABASE_UNUSABLE; StorageError where the folder cannot be written.
 */
export async function openDatabase(file: string): Promise<Database> {
  const path = resolve(file);
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw new StorageError('create', dirname(path), error);
  });
  const lock = await Lock.acquire(path);
  try {
    await prepare(path);
    const connection = await connect(path);
    return {
      ...connection,
      path,
      async close() {
        await connection.client.$disconnect();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * A second connection to the database of a server that may be running, for a few small statements: SQLite lets both write in
 * turn. Null where there is none, or one of before these tables: whoever opens it for himself makes them.
 */
export async function openBeside(file: string): Promise<Database | null> {
  const path = resolve(file);
  if (!existsSync(path)) return null;
  const { client, driver } = await connect(path);
  const close = () => client.$disconnect();
  const [current] = await client.$queryRaw<unknown[]>`SELECT 1 FROM sqlite_master WHERE name = 'ApiKey'`;
  if (current) return { client, driver, path, close };
  await close();
  return null;
}

async function connect(path: string): Promise<Pick<Database, 'client' | 'driver'>> {
  // 5 s: another process may be writing, or a backup tool hold the file for a moment.
  const adapter = new SingleConnectionLibSql({ url: pathToFileURL(path).href, timeout: 5000 });
  const client = new PrismaClient({ adapter });
  await client.$connect();
  return { client, driver: await adapter.connect() };
}

async function prepare(path: string): Promise<void> {
  let client: Client | undefined;
  try {
    client = createClient({ url: pathToFileURL(path).href });
    // Commits are written one after the other, and can be awaited without the event loop (single-connection.ts).
    await client.execute('PRAGMA journal_mode = WAL');
    await migrate(client);
  } catch (error) {
    if (error instanceof ReelError) throw error;
    throw new ReelError('DATABASE_UNUSABLE', `Cannot open the database ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    client?.close();
  }
}

/**
 * One server a database. The lock is SQLite's own exclusive lock on an empty database beside it: a lock of the operating
 * system, which ends with the process however that ends, so there is no stale lock after `kill -9` and no pid to guess about.
 * The file `<database>.owner` only tells people who holds it; it is never trusted.
 */
class Lock {
  private constructor(
    // Held for as long as the lock is: were it collected, its connection would close and the lock be gone.
    private readonly connection: Client,
    private readonly ownerFile: string,
  ) {}

  static async acquire(path: string): Promise<Lock> {
    const ownerFile = `${path}.owner`;
    const connection = createClient({ url: pathToFileURL(`${path}.lock`).href, timeout: 0 });
    try {
      await connection.execute('BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      if (!/database is locked|SQLITE_BUSY/.test(String(error))) throw new StorageError('lock', `${path}.lock`, error);
      const owner = await readFile(ownerFile, 'utf8').catch(() => '');
      throw new ReelError(
        'DATABASE_IN_USE',
        `Another ReelQL server${owner && ` (${owner.trim()})`} is using ${path}. Stop it, or give this one a data folder of its own (--data-dir, REELQL_DATA_DIR).`,
      );
    }
    await writeFile(ownerFile, `pid ${process.pid}, since ${new Date().toISOString()}\n`);
    return new Lock(connection, ownerFile);
  }

  async release(): Promise<void> {
    await rm(this.ownerFile, { force: true });
    // Said in words: a closed connection lives on, lock and all, until its last statement is collected.
    await this.connection.execute('ROLLBACK');
    this.connection.close();
  }
}
