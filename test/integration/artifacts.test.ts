import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { StorageError } from '../../src/errors.js';
import type { Artifact } from '../../src/generations/generation.js';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, localId } from '../support/graphql-client.js';

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31) % 251));
let server: ApiServer;
let video: Artifact;
let url: string;
let previewUrl: string;
beforeAll(async () => {
  server = await ApiServer.start();
  const { generation } = await create(server.url, { prompt: 'A „red" café, at sunset!' });
  const id = localId(generation.id);
  await server.scheduler.start(id);
  await server.scheduler.step(id, 1);
  video = await server.storeVideo(bytes);
  await server.scheduler.succeed(id, [video]);
  const query = `query ($id: ID!) { node(id: $id) { ... on Generation { progress { preview { url } } usage { wallSeconds }
    artifacts { kind url mimeType bytes sha256 width height durationSeconds } } } }`;
  const { node } = (await graphql(server.url, query, { id: generation.id })).data;
  expect(node.artifacts).toMatchObject([video]);
  expect(node.usage).toEqual({ wallSeconds: 3 });
  url = node.artifacts[0].url;
  previewUrl = node.progress.preview.url;
});
afterAll(() => server.close());

async function get(headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(url, { method, headers });
  return { response, body: Buffer.from(await response.arrayBuffer()) };
}
const etag = () => `"${video.sha256}"`;

describe('an artifact over HTTP', () => {
  it('is served whole, named and cacheable for ever', async () => {
    const { response, body } = await get();
    expect(response.status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '100000',
      'accept-ranges': 'bytes',
      etag: etag(),
      'cache-control': 'public, max-age=31536000, immutable',
      'content-disposition':
        `inline; filename="a-red-cafe-at-sunset-${video.sha256.slice(0, 8)}.mp4"; ` +
        `filename*=UTF-8''a-red-caf%C3%A9-at-sunset-${video.sha256.slice(0, 8)}.mp4`,
    });
    const saved = await fetch(`${url}?download`);
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment; /);
    await saved.arrayBuffer();
  });

  it('answers HEAD without a body', async () => {
    const { response, body } = await get({}, 'HEAD');
    expect([response.status, response.headers.get('content-length'), body.length]).toEqual([200, '100000', 0]);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=99900-', 99_900, 99_999],
    ['bytes=-10', 99_990, 99_999],
    ['bytes=50000-999999', 50_000, 99_999],
  ])('answers the range %s', async (range, start, end) => {
    const { response, body } = await get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/100000`);
    expect(body.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it('answers a range beyond the end with 416', async () => {
    const { response } = await get({ range: 'bytes=100000-' });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
  });

  it('answers 304 to who has it, and only to them', async () => {
    for (const tag of [etag(), `W/${etag()}`, `"other", ${etag()}`, '*']) {
      expect((await get({ 'if-none-match': tag })).response.status).toBe(304);
    }
    expect((await get({ 'if-none-match': '"other"' })).response.status).toBe(200);
  });

  it('continues only the version that was begun', async () => {
    const range = 'bytes=10-19';
    expect((await get({ range, 'if-range': etag() })).response.status).toBe(206);
    const other = await get({ range, 'if-range': '"other"' });
    expect([other.response.status, other.body.length]).toEqual([200, 100_000]);
  });

  it('is not there under another name', async () => {
    const wrong = [
      url.replace('.mp4', '.webp'),
      url.replace(video.sha256, 'f'.repeat(64)),
      url.replace(video.sha256, 'x'),
      `${server.url}/artifacts/..%2f..%2freelql.db`,
      `${server.url}/artifacts/`,
    ];
    for (const each of wrong) expect((await fetch(each)).status).toBe(404);
  });

  it('is not there when its file is gone', async () => {
    const lost = await server.storeVideo(Buffer.from('lost'));
    const { generation } = await create(server.url, { prompt: 'x' });
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.succeed(id, [{ ...lost, sha256: 'a'.repeat(64) }]);
    expect((await fetch(`${server.url}/artifacts/${'a'.repeat(64)}.mp4`)).status).toBe(404);
  });
});

describe('a preview over HTTP', () => {
  it('is cacheable for ever, and only there where a picture is', async () => {
    const response = await fetch(previewUrl);
    const tag = response.headers.get('etag') ?? '';
    expect([response.status, response.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    expect(await response.text()).toBe('picture of step 1');
    expect((await fetch(previewUrl, { headers: { 'if-none-match': tag } })).status).toBe(304);
    for (const wrong of ['/1.webp', '/2.webp', '/99.webp', '/3.mp4']) {
      expect((await fetch(previewUrl.replace(/\/\d+\.webp$/, wrong))).status).toBe(404);
    }
  });
});

describe('the artifact store', () => {
  it('keeps the same bytes once, and moves only what it staged', async () => {
    const again = await server.storeVideo(bytes);
    expect(again.sha256).toBe(video.sha256);
    expect(existsSync(join(server.artifacts.root, video.sha256.slice(0, 2), video.sha256.slice(2)))).toBe(true);
    await expect(server.artifacts.commit('/etc/hostname')).rejects.toThrow('was not staged');
    await expect(server.artifacts.discard('/etc/hostname')).rejects.toThrow('was not staged');
  });

  it('says what could not be stored', async () => {
    const missing = await server.artifacts.stage('mp4');
    const failure = await server.artifacts.commit(missing).catch((error) => error);
    expect(failure).toBeInstanceOf(StorageError);
    expect(failure).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('does not exist') });
    const full = new StorageError('write', 'x.mp4', Object.assign(new Error('write'), { code: 'ENOSPC' }));
    expect(full).toMatchObject({ code: 'STORAGE_FULL', message: 'Cannot write x.mp4: no space is left on the disk.' });
  });

  it('removes what an earlier process left staged', async () => {
    const staged = await server.artifacts.stage('mp4');
    await writeFile(staged, 'half');
    await FileArtifactStore.open(server.artifacts.root);
    expect(readdirSync(join(server.artifacts.root, 'staged'))).toEqual([]);
    expect((await get()).body.equals(bytes)).toBe(true);
  });
});
