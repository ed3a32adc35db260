import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { cp, type FileHandle, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Dialect, dialects, migrationList, openSchemaEngine } from '../../scripts/schema-engine.js';
import { systemClock } from '../../src/clock.js';
import { ReelError } from '../../src/errors.js';
import { openDatabase } from '../../src/generations/database.js';
import { migrate, migrationsFolder } from '../../src/generations/migrate.js';
import { GenerationStore } from '../../src/generations/store.js';
import { ApiServer, toyModel } from '../support/api-server.js';
import { compiled } from '../support/compiled.js';
import { create, follow, graphql, localId, socketClient } from '../support/graphql-client.js';
import { HandScheduler } from '../support/hand-scheduler.js';

let folder: string;
beforeEach(async () => {
  // With the characters that a URL would mistake.
  folder = await mkdtemp(join(tmpdir(), 'reelql db%20#?-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function holder(path: string): Promise<ChildProcess> {
  const child = fork(compiled('hold-database').module, [path]);
  await once(child, 'message');
  return child;
}

async function failure(promise: Promise<unknown>): Promise<ReelError> {
  const error = await promise.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ReelError);
  return error;
}

describe('two servers on one database', () => {
  it('are impossible: the second says who is there, until the first ends, even by kill -9', async () => {
    const path = join(folder, 'reelql.db');
    const first = await holder(path);
    try {
      const refused = await failure(openDatabase(path));
      expect(refused.code).toBe('DATABASE_IN_USE');
      expect(refused.message).toContain(`pid ${first.pid}`);
      expect(refused.message).toContain(path);
    } finally {
      first.kill('SIGKILL');
      await once(first, 'exit');
    }
    const database = await openDatabase(path);
    expect(await database.client.generation.count()).toBe(0);
    await database.close();
  });

  it('are impossible in one process too', async () => {
    const path = join(folder, 'reelql.db');
    const database = await openDatabase(path);
    expect((await failure(openDatabase(path))).message).toContain(`pid ${process.pid}`);
    await database.close();
    await (await openDatabase(path)).close();
  });
});

describe('a database', () => {
  it('that cannot be opened says so', async () => {
    const path = join(folder, 'reelql.db');
    await writeFile(path, 'this is no database, this is no database, this is no database'.repeat(100));
    expect(await failure(openDatabase(path))).toMatchObject({ code: 'DATABASE_UNUSABLE' });
    await writeFile(join(folder, 'file'), '');
    expect(await failure(openDatabase(join(folder, 'file', 'reelql.db')))).toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('on a full disk says so to the caller, keeps what it has, and goes on when there is space', async () => {
    const server = await ApiServer.start({ dataDir: folder });
    const { client } = server.database;
    const [{ page_count: pages } = { page_count: 0n }] =
      await client.$queryRawUnsafe<{ page_count: bigint }[]>('PRAGMA page_count');
    // SQLite's own limit gives the same error as a full disk.
    await client.$queryRawUnsafe(`PRAGMA max_page_count = ${pages}`);
    const prompt = 'word '.repeat(60);
    const mutation = `mutation { createGeneration(input: { prompt: "${prompt}" }) { __typename } }`;
    let accepted = 0;
    let answer = await graphql(server.url, mutation);
    for (; !answer.errors && accepted < 100; answer = await graphql(server.url, mutation)) accepted++;
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining('its disk is full'), extensions: { code: 'STORAGE_FULL' } },
    ]);
    await client.$queryRawUnsafe('PRAGMA max_page_count = 100000');
    expect((await graphql(server.url, '{ generations { totalCount } }')).data.generations.totalCount).toBe(accepted);
    expect((await graphql(server.url, mutation)).errors).toBeUndefined();
    await server.stop();
  });

  it('on a full disk takes no report of a step, and the same one when there is space', async () => {
    const server = await ApiServer.start({ dataDir: folder });
    const { client } = server.database;
    const { generation } = await create(server.url, { prompt: 'x' });
    const id = localId(generation.id);
    await server.scheduler.start(id);
    const [{ page_count: pages } = { page_count: 0n }] =
      await client.$queryRawUnsafe<{ page_count: bigint }[]>('PRAGMA page_count');
    await client.$queryRawUnsafe(`PRAGMA max_page_count = ${pages}`);
    const preview = {
      step: 1,
      width: 1,
      height: 1,
      frameCount: 1,
      mimeType: 'image/webp',
      data: new Uint8Array(10_000),
    };
    const progress = {
      phase: 'DENOISING',
      step: 1,
      totalSteps: 4,
      fraction: 0.2,
      secondsRemaining: 1,
      preview,
    } as const;
    const body = { type: 'GenerationProgressed', progress } as const;
    expect(await failure(server.store.advance(id, body))).toMatchObject({ code: 'STORAGE_FULL' });
    await client.$queryRawUnsafe('PRAGMA max_page_count = 100000');
    expect(await server.store.advance(id, body)).toBe(true);
    const stored = await server.events.log.read(id, 2, 10);
    expect(stored).toMatchObject([{ sequence: 3, progress }]);
    await server.stop();
  });

  it('tells nobody of what is not on the disk yet, and says so when the disk fails', async () => {
    const { client, close } = await openDatabase(join(folder, 'reelql.db'));
    const write = (value: number) =>
      client.$transaction((tx) =>
        tx.setting.upsert({ where: { key: 'k' }, create: { key: 'k', value }, update: { value } }),
      );
    const read = () => client.setting.findUniqueOrThrow({ where: { key: 'k' } });
    await write(1);
    const handle = await open(join(folder, 'reelql.db-wal'));
    const disk = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'datasync');
    try {
      let written = () => {};
      disk.mockImplementationOnce(() => new Promise((resolve) => void (written = resolve)));
      const order: string[] = [];
      const answered = write(2).then(() => order.push('answered'));
      await expect.poll(() => disk.mock.calls.length).toBe(1);
      const seen = read().then(({ value }) => order.push(`read ${value}`));
      await new Promise(setImmediate);
      expect(order).toEqual([]);
      written();
      await Promise.all([answered, seen]);
      expect(order.sort()).toEqual(['answered', 'read 2']);

      disk.mockRejectedValueOnce(new Error('EIO: i/o error, fdatasync'));
      await expect(write(3)).rejects.toThrow('SQLITE_IOERR');
      await write(4);
      expect((await read()).value).toBe(4);
      expect(disk).toHaveBeenCalledTimes(3);
    } finally {
      disk.mockRestore();
      await handle.close();
      await close();
    }
  });

  it('goes on after a transaction that could not be committed', async () => {
    const { client, driver, close } = await openDatabase(join(folder, 'reelql.db'));
    const statement = (sql: string) => ({ sql, args: [], argTypes: [] });
    const tx = await driver.startTransaction();
    await tx.executeRaw(statement('PRAGMA defer_foreign_keys = ON'));
    await tx.executeRaw(statement(`INSERT INTO GenerationEvent VALUES ('nobody', 1, 'x', '', '{}', NULL)`));
    await expect(tx.commit()).rejects.toThrow('FOREIGN KEY');
    expect(await client.$transaction((next) => next.generationEvent.count())).toBe(0);
    await close();
  });

  it('closes everything it opened: transactions leave no connections behind', async () => {
    const server = await ApiServer.start({ dataDir: folder });
    const { generation } = await create(server.url, { prompt: 'x' });
    const id = localId(generation.id);
    await server.scheduler.start(id);
    const open = () => readdirSync('/proc/self/fd').length;
    await server.scheduler.step(id, 1);
    const before = open();
    for (let step = 2; step < 50; step++) await server.scheduler.step(id, step);
    expect(open()).toBeLessThanOrEqual(before);
    await server.stop();
  });
});

describe('migrations', () => {
  it("are applied once, and Prisma's own engine finds nothing to add to them", async () => {
    const client = createClient({ url: pathToFileURL(join(folder, 'm.db')).href });
    const applied = await migrate(client);
    expect(applied.length).toBeGreaterThan(0);
    expect(await migrate(client)).toEqual([]);
    client.close();

    const [sqlite] = dialects as [Dialect];
    const engine = await openSchemaEngine(sqlite, await readFile(sqlite.schema, 'utf8'), folder, 'm.db');
    const filters = { externalTables: [], externalEnums: [] };
    const migrationsList = await migrationList(sqlite);
    expect(await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters })).toEqual({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    });
  });

  it('keep what an older version has stored', async () => {
    const [first, ...later] = (await readdir(migrationsFolder())).filter((name) => /^\d/.test(name)).sort();
    const older = join(folder, 'older');
    await cp(join(migrationsFolder(), first ?? ''), join(older, first ?? ''), { recursive: true });
    const path = join(folder, 'reelql.db');
    const client = createClient({ url: pathToFileURL(path).href });
    await migrate(client, older);
    const settings = JSON.stringify({ ...toyModel.defaults, seed: 1 });
    const progress = JSON.stringify({ phase: 'DONE', step: 4, totalSteps: 4, fraction: 1, secondsRemaining: 0 });
    const usage = JSON.stringify({ queueSeconds: 1, computeSeconds: 2, wallSeconds: 3, peakBytes: null });
    const row = {
      id: 'a',
      status: 'SUCCEEDED',
      prompt: 'x',
      negativePrompt: '',
      model: 'toy',
      settings,
      progress,
      usage,
    };
    const columns = { ...row, priority: 0, adjustments: '[]', warnings: '[]', lastSequence: 1, createdAt: 0 };
    const names = Object.keys(columns);
    await client.execute({
      sql: `INSERT INTO "Generation" (${names.join()}) VALUES (${names.map(() => '?').join()})`,
      args: Object.values(columns),
    });
    await client.execute(
      `INSERT INTO "GenerationEvent" VALUES ('a', 1, 'GenerationQueued', 0, '{"position":1}', NULL)`,
    );
    await client.execute(`INSERT INTO "Artifact" VALUES ('b', 'a', 'VIDEO', 'c0', 1, 'video/mp4', 2, 2, 1.5, 0)`);
    expect(await migrate(client)).toEqual(later);
    client.close();

    const database = await openDatabase(path);
    const record = await new GenerationStore(database, systemClock, () => {}).get('a');
    expect(record).toMatchObject({
      outputs: { formats: ['MP4_H264'], crop: null, subtitles: [] },
      usage: { computeSeconds: 2, averageBatchRows: 1, resumes: 0, preemptions: 0 },
      artifacts: [{ sha256: 'c0' }],
      ...{ batching: 'AUTO', cached: false, starred: false, clientId: null, requestHash: null },
    });
    expect(await database.client.generationEvent.count()).toBe(1);
    await database.close();
  });

  it('that fail are undone; ones that were edited or are unknown are refused', async () => {
    const migrations = join(folder, 'migrations');
    await cp(migrationsFolder(), migrations, { recursive: true });
    const client = createClient({ url: pathToFileURL(join(folder, 'm.db')).href });
    await migrate(client, migrations);

    const broken = join(migrations, '29990101000000_broken');
    await cp(join(migrations, '20261122000000_init'), broken, { recursive: true });
    await writeFile(
      join(broken, 'migration.sql'),
      'CREATE TABLE half (id TEXT);\nCREATE TABLE "Generation" (id TEXT);',
    );
    expect((await failure(migrate(client, migrations))).message).toMatch(/29990101000000_broken failed and was undone/);
    const { rows } = await client.execute("SELECT name FROM sqlite_master WHERE name = 'half'");
    expect(rows).toEqual([]);

    await rm(broken, { recursive: true });
    await writeFile(join(migrations, '20261122000000_init', 'migration.sql'), 'SELECT 1;');
    expect((await failure(migrate(client, migrations))).message).toContain('was changed after it was applied');
    await rm(join(migrations, '20261122000000_init'), { recursive: true });
    expect((await failure(migrate(client, migrations))).message).toContain('Use the newer version');
    client.close();
  });
});

describe('a restart', () => {
  it('queues again what ran and what waited, in order, and goes on with the same log', async () => {
    let server = await ApiServer.start({ dataDir: folder });
    const created = [];
    for (const prompt of ['done', 'running', 'waiting'])
      created.push((await create(server.url, { prompt })).generation.id);
    const [done, running, waiting] = created.map(localId) as [string, string, string];
    await server.scheduler.start(done);
    await server.scheduler.succeed(done, [await server.storeVideo(Buffer.from('v'))]);
    await server.scheduler.start(running);
    await server.scheduler.step(running, 2);
    await server.stop();

    server = await ApiServer.start({ dataDir: folder });
    try {
      expect(server.scheduler.submitted.map((job) => job.generationId)).toEqual([running, waiting]);
      const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Generation { status startedAt device { id } progress { step fraction preview { step } } } } }`;
      const { data } = await graphql(server.url, query, { ids: created });
      expect(data.nodes).toMatchObject([
        { status: 'SUCCEEDED' },
        { status: 'QUEUED', startedAt: null, device: null, progress: { step: 0, fraction: 0, preview: null } },
        { status: 'QUEUED' },
      ]);

      // A client that had seen the first three events joins again and misses nothing.
      const client = socketClient(server.url);
      const events = follow(client, created[1] ?? '', 3);
      expect(await events.next()).toMatchObject({
        sequence: 4,
        __typename: 'GenerationResumed',
        fromStep: 0,
        cause: 'SERVER_RESTARTED',
      });
      await server.scheduler.start(running);
      expect(await events.next()).toMatchObject({ sequence: 5, __typename: 'GenerationStarted' });
      await client.dispose();
    } finally {
      await server.stop();
    }
  });

  it('goes on from a checkpoint, with the picture and the fraction that were there', async () => {
    let server = await ApiServer.start({ dataDir: folder });
    const { generation } = await create(server.url, { prompt: 'x' });
    const id = localId(generation.id);
    await server.scheduler.start(id);
    for (const step of [1, 2, 3]) await server.scheduler.step(id, step);
    await server.stop();

    const scheduler = new HandScheduler();
    scheduler.checkpoints.set(id, 2);
    server = await ApiServer.start({ dataDir: folder, scheduler });
    const query = `query ($id: ID!) { node(id: $id) { ... on Generation { status
      progress { phase step fraction preview { step } } events(last: 1) { edges { node { ... on GenerationResumed { fromStep cause } } } } } } }`;
    const { node } = (await graphql(server.url, query, { id: generation.id })).data;
    expect(node).toEqual({
      status: 'QUEUED',
      progress: { phase: 'WAITING', step: 2, fraction: 0.75, preview: { step: 3 } },
      events: { edges: [{ node: { fromStep: 2, cause: 'SERVER_RESTARTED' } }] },
    });
    await server.scheduler.start(id);
    await server.scheduler.step(id, 3);
    expect((await server.store.get(id))?.progress.fraction).toBe(0.75);
    await server.stop();
  });

  it('ends open subscriptions instead of waiting for them', async () => {
    const server = await ApiServer.start({ dataDir: folder });
    const { generation } = await create(server.url, { prompt: 'x' });
    const client = socketClient(server.url);
    const events = follow(client, generation.id);
    await events.next();
    const ended = events.next().catch((reason) => reason);
    await server.stop();
    await ended;
    expect(server.events.size).toBe(0);
    await client.dispose();
  });
});

describe('a port in use', () => {
  it('is said so, with what to do', async () => {
    const server = await ApiServer.start({ dataDir: folder });
    const other = await mkdtemp(join(tmpdir(), 'reelql-port-'));
    const port = Number(new URL(server.url).port);
    const refused = await failure(ApiServer.start({ dataDir: other, port }));
    expect(refused).toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`${port}.*--port`)),
    });
    await server.stop();
    await rm(other, { recursive: true, force: true });
  });
});
