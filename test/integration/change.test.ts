import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { created, finish, generationOf, mutate, submissions } from '../support/contract.js';
import { graphql, localId } from '../support/graphql-client.js';

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(() => server.close());

const unknown = 'generation_01a2047d-bbb4-70aa-b60a-5502d325c74c';
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('a server that starts', () => {
  it('clears away what an earlier one kept of generations that need it no more, and nothing else', async () => {
    const ids = { waiting: '', failed: '', succeeded: '' };
    for (const name of ['waiting', 'failed', 'succeeded'] as const) {
      ids[name] = localId((await created(server, { prompt: name })).id);
    }
    await server.scheduler.start(ids.failed);
    await server.scheduler.fail(ids.failed);
    await server.scheduler.start(ids.succeeded);
    await server.scheduler.succeed(ids.succeeded, []);
    const folder = join(server.dataDir, 'work', 'checkpoints');
    await mkdir(folder, { recursive: true });
    const pathOf = (id: string) => join(folder, `${id}.safetensors`);
    for (const id of [...Object.values(ids), 'deleted']) await writeFile(pathOf(id), '');
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    const left = await Promise.all([ids.waiting, ids.failed, ids.succeeded, 'deleted'].map((id) => exists(pathOf(id))));
    expect(left).toEqual([true, true, false, false]);
  });
});

describe('retryGeneration', () => {
  it('asks for the same again, seed included, and goes on from what the first one left', async () => {
    const outputs = { formats: ['WEBM_VP9'], crop: { x: 0, y: 0, width: 64, height: 64 } };
    const input = { outputs, priority: 3, negativePrompt: 'blurry', batching: 'SOLO', settings: { steps: 2 } };
    const first = await created(server, { ...input, webhookUrl: 'https://example.com/hook' });
    await server.scheduler.start(localId(first.id));
    await server.scheduler.fail(localId(first.id));
    const { generation, replayed } = await mutate(server, 'retryGeneration', { id: first.id });
    expect(replayed).toBe(false);
    expect(generation).toMatchObject({ status: 'QUEUED', priority: 3, retriedFrom: { id: first.id } });
    expect(generation.settings).toEqual(first.settings);
    const [before, after] = server.scheduler.submitted;
    const ids = { generationId: localId(generation.id), continues: localId(first.id) };
    expect(after).toEqual({ ...before, ...ids, createdAt: after?.createdAt });
    expect((await server.store.get(localId(generation.id)))?.webhookUrl).toBe('https://example.com/hook');
  });

  it('makes something else of the same pictures where outputs are given, and says what is wrong with them', async () => {
    const { id } = await created(server, { settings: { width: 64, height: 64 } });
    await finish(server, id);
    const outputs = { crop: { x: 0, y: 16, width: 32, height: 16 }, formats: ['GIF'] };
    const { generation } = await mutate(server, 'retryGeneration', { id, outputs });
    const job = server.scheduler.submitted.find(({ generationId }) => generationId === localId(generation.id));
    expect(job).toMatchObject({ continues: localId(id), outputs: { ...outputs, subtitles: [] } });
    const crop = { ...outputs.crop, width: 4096 };
    expect(await mutate(server, 'retryGeneration', { id, outputs: { crop } })).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: ['outputs', 'crop', 'width'] }],
    });
  });

  it('runs although the cache has the result, and refreshes it', async () => {
    const first = await created(server, { settings: { seed: 1 } });
    await finish(server, first.id);
    const { generation } = await mutate(server, 'retryGeneration', { id: first.id });
    expect(submissions(server, generation.id)).toBe(1);
    await finish(server, generation.id, 'again');
    const { artifacts } = await generationOf(server, generation.id);
    expect(await created(server, { settings: { seed: 1 } })).toMatchObject({ cached: true, artifacts });
  });

  it('is refused for one that has not ended, and for one that is not there', async () => {
    const { id } = await created(server, {});
    expect(await mutate(server, 'retryGeneration', { id })).toMatchObject({
      __typename: 'GenerationBusy',
      generation: { id },
    });
    expect(await mutate(server, 'retryGeneration', { id: unknown })).toMatchObject({
      __typename: 'NotFound',
      id: unknown,
    });
  });

  it('with a key that was used gives the first retry again', async () => {
    const { id } = await created(server, {});
    await mutate(server, 'cancelGeneration', { id });
    const input = { id, idempotencyKey: '5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a11' };
    const first = await mutate(server, 'retryGeneration', input);
    expect(await mutate(server, 'retryGeneration', input)).toMatchObject({
      replayed: true,
      generation: { id: first.generation.id },
    });
  });
});

describe('setGenerationPriority', () => {
  it('holds for one that waits and one that runs, and after a restart', async () => {
    const [waits, runs] = [await created(server, {}), await created(server, {})];
    await server.scheduler.start(localId(runs.id));
    for (const { id } of [waits, runs]) {
      const { generation } = await mutate(server, 'setGenerationPriority', { id, priority: 50 });
      expect(generation.priority).toBe(50);
    }
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    expect(server.scheduler.submitted.map(({ priority }) => priority)).toEqual([50, 50]);
  });

  it('tells the scheduler, and leaves one that has ended as it is', async () => {
    const { id } = await created(server, {});
    const set = async (priority: number) => mutate(server, 'setGenerationPriority', { id, priority });
    const seen: number[] = [];
    const { setPriority } = server.scheduler;
    server.scheduler.setPriority = (job, priority) => {
      seen.push(priority);
      return setPriority.call(server.scheduler, job, priority);
    };
    await set(9);
    await mutate(server, 'cancelGeneration', { id });
    expect((await set(10)).generation).toMatchObject({ status: 'CANCELED', priority: 9 });
    expect(seen).toEqual([9]);
  });

  it('refuses what is no priority, and what is not there', async () => {
    const { id } = await created(server, {});
    const result = await mutate(server, 'setGenerationPriority', { id, priority: -101 });
    expect(result).toMatchObject({ issues: [{ path: ['priority'], code: 'TOO_SMALL' }] });
    const missing = await mutate(server, 'setGenerationPriority', { id: unknown, priority: 1 });
    expect(missing).toMatchObject({ __typename: 'NotFound', id: unknown });
  });
});

describe('setGenerationStarred', () => {
  it('marks, finds again, and takes the mark away', async () => {
    const { id } = await created(server, {});
    await created(server, {});
    const count = async (starred: boolean) => {
      const query = 'query ($starred: Boolean) { generations(filter: { starred: $starred }) { totalCount } }';
      return (await graphql(server.url, query, { starred })).data.generations.totalCount;
    };
    const result = await mutate(server, 'setGenerationStarred', { id, starred: true });
    expect(result.generation.starred).toBe(true);
    expect([await count(true), await count(false)]).toEqual([1, 1]);
    await mutate(server, 'setGenerationStarred', { id, starred: false });
    expect([await count(true), await count(false)]).toEqual([0, 2]);
    const missing = await mutate(server, 'setGenerationStarred', { id: unknown, starred: true });
    expect(missing.__typename).toBe('NotFound');
  });
});

describe('deleteGeneration', () => {
  it('removes the record, its log and its files', async () => {
    const { id } = await created(server, {});
    await finish(server, id);
    const { artifacts } = await generationOf(server, id);
    const work = join(server.dataDir, 'work', 'checkpoints');
    await mkdir(work, { recursive: true });
    await writeFile(join(work, `${localId(id)}.safetensors`), '');
    expect(await mutate(server, 'deleteGeneration', { id })).toMatchObject({ deletedId: id });
    expect(await generationOf(server, id)).toBeNull();
    expect(await server.events.log.read(localId(id), 0, 10)).toEqual([]);
    expect(await exists(server.artifacts.path(artifacts[0].sha256))).toBe(false);
    expect(await exists(join(work, `${localId(id)}.safetensors`))).toBe(false);
    expect((await fetch(artifacts[0].url)).status).toBe(404);
    expect(await mutate(server, 'deleteGeneration', { id })).toMatchObject({ __typename: 'NotFound', id });
  });

  it('leaves files that another generation has too, until that one goes as well', async () => {
    const first = await created(server, { settings: { seed: 1 } });
    await finish(server, first.id);
    const second = await created(server, { settings: { seed: 1 } });
    expect(second.cached).toBe(true);
    const { url } = second.artifacts[0];
    await mutate(server, 'deleteGeneration', { id: first.id });
    expect((await fetch(url)).status).toBe(200);
    await mutate(server, 'deleteGeneration', { id: second.id });
    expect((await fetch(url)).status).toBe(404);
  });

  it('is refused while it runs, and takes one that waits out of the queue', async () => {
    const [runs, waits] = [await created(server, {}), await created(server, {})];
    await server.scheduler.start(localId(runs.id));
    expect(await mutate(server, 'deleteGeneration', { id: runs.id })).toMatchObject({
      __typename: 'GenerationBusy',
      generation: { id: runs.id },
    });
    expect(await mutate(server, 'deleteGeneration', { id: waits.id })).toMatchObject({ deletedId: waits.id });
    expect(server.scheduler.queue()).toEqual({ waiting: [], running: [localId(runs.id)] });
  });

  it('of an origin leaves what came from it', async () => {
    const { id } = await created(server, {});
    await mutate(server, 'cancelGeneration', { id });
    const { generation } = await mutate(server, 'retryGeneration', { id });
    const remix = await created(server, { remixedFromId: id });
    expect(remix.remixedFrom).toEqual({ id });
    await mutate(server, 'deleteGeneration', { id });
    expect(await generationOf(server, generation.id)).toMatchObject({ retriedFrom: null });
    expect(await generationOf(server, remix.id)).toMatchObject({ remixedFrom: null });
  });
});

describe('setQueuePaused', () => {
  it('lets nothing new start, also after a restart, until it is lifted', async () => {
    const { id } = await created(server, {});
    const result = await mutate(server, 'setQueuePaused', { paused: true });
    expect(result).toMatchObject({ queue: { paused: true, depth: 1 } });
    expect(server.scheduler.paused).toBe(true);
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    expect(server.scheduler.paused).toBe(true);
    expect(submissions(server, id)).toBe(1);
    expect(await mutate(server, 'setQueuePaused', { paused: false })).toMatchObject({ queue: { paused: false } });
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    expect(server.scheduler.paused).toBe(false);
  });
});
