import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyStore } from '../../src/auth/key-store.js';
import { systemClock } from '../../src/clock.js';
import type { Artifact } from '../../src/generations/generation.js';
import { ApiServer } from '../support/api-server.js';
import type { Json } from '../support/graphql-client.js';

let server: ApiServer;
let client: OpenAI;
const clientOf = (url: string, apiKey = 'none') => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
beforeAll(async () => {
  server = await ApiServer.start();
  client = clientOf(server.url);
});
afterAll(() => server.close());

const generationId = (videoId: string) => videoId.replace('video_', '');
const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#a03040' } })
    .png()
    .toBuffer();

async function raw(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}/v1${path}`, init);
  return { status: response.status, json: (await response.json()) as Json, headers: response.headers };
}
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe('the official client', () => {
  it('creates, watches, downloads and deletes a video', async () => {
    const created = await client.videos.create({
      prompt: '红色跑车',
      model: 'toy',
      size: '256x160' as never,
      seconds: '2' as never,
    });
    expect(created).toMatchObject({
      object: 'video',
      status: 'queued',
      progress: 0,
      model: 'toy',
      prompt: '红色跑车',
      size: '256x160',
      completed_at: null,
      expires_at: null,
      error: null,
      remixed_from_video_id: null,
      adjustments: [],
    });
    expect(created.id).toMatch(/^video_[0-9a-f-]{36}$/);
    expect(Math.abs(created.created_at - Date.now() / 1000)).toBeLessThan(60);
    expect(created.seconds).toBe('2.06');
    const id = generationId(created.id);
    expect(server.scheduler.submitted.at(-1)?.settings).toMatchObject({
      frameCount: 33,
      fps: 16,
      width: 256,
      height: 160,
    });

    await server.scheduler.start(id);
    await server.scheduler.step(id, 3);
    expect(await client.videos.retrieve(created.id)).toMatchObject({ status: 'in_progress', progress: 75 });
    await expect(client.videos.downloadContent(created.id)).rejects.toMatchObject({ status: 404, code: 'not_ready' });
    await expect(client.videos.delete(created.id)).rejects.toMatchObject({ status: 409, code: 'in_progress' });

    const video = await server.storeVideo(Buffer.from('a video'));
    const poster: Artifact = {
      ...(await server.storeVideo(Buffer.from('a poster'))),
      kind: 'POSTER',
      mimeType: 'image/jpeg',
    };
    await server.scheduler.succeed(id, [video, poster]);
    const done = await client.videos.retrieve(created.id);
    expect(done).toMatchObject({ status: 'completed', progress: 100, error: null });
    expect(done.completed_at).toBeGreaterThanOrEqual(done.created_at);
    const content = await client.videos.downloadContent(created.id);
    expect(await content.text()).toBe('a video');
    expect(content.headers.get('cache-control')).toBe('private, no-cache');
    expect(content.headers.get('content-disposition')).toContain('attachment; filename="video-');
    const thumbnail = await client.videos.downloadContent(created.id, { variant: 'thumbnail' });
    expect([thumbnail.headers.get('content-type'), await thumbnail.text()]).toEqual(['image/jpeg', 'a poster']);
    const range = await fetch(`${server.url}/v1/videos/${created.id}/content`, { headers: { range: 'bytes=2-6' } });
    expect([range.status, await range.text()]).toEqual([206, 'video']);
    await expect(client.videos.downloadContent(created.id, { variant: 'spritesheet' })).rejects.toMatchObject({
      param: 'variant',
    });

    expect(await client.videos.delete(created.id)).toEqual({ id: created.id, object: 'video.deleted', deleted: true });
    await expect(client.videos.retrieve(created.id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });

  it('says why a video failed, or that somebody stopped it', async () => {
    const failed = await client.videos.create({ prompt: 'x' });
    await server.scheduler.start(generationId(failed.id));
    await server.scheduler.fail(generationId(failed.id));
    expect(await client.videos.retrieve(failed.id)).toMatchObject({
      status: 'failed',
      completed_at: null,
      error: { code: 'encoder_failed', message: 'Broken.' },
    });
    const stopped = await client.videos.create({ prompt: 'x' });
    await server.service.cancel({ keyId: null, role: 'ADMIN' }, generationId(stopped.id));
    expect((await client.videos.retrieve(stopped.id)).error?.code).toBe('canceled');
  });

  it('begins a video with a picture: a file, a data URL, an upload', async () => {
    const bytes = await png(64, 48);
    const file = await client.videos.create({ prompt: 'x', input_reference: await toFile(bytes, 'first.png') });
    const data = `data:image/png;base64,${bytes.toString('base64')}`;
    await client.videos.create({ prompt: 'x', input_reference: { image_url: data } });
    const upload = await fetch(`${server.url}/uploads`, { method: 'POST', body: new Uint8Array(bytes) });
    await client.videos.create({ prompt: 'x', input_reference: { file_id: ((await upload.json()) as Json).id } });
    await raw('/videos', json({ prompt: 'x', input_reference: { image_url: data } }));
    const frames = server.scheduler.submitted.slice(-4).map(({ firstFrame }) => firstFrame);
    expect(new Set(frames).size).toBe(1);
    expect(frames[0]).toContain(server.artifacts.root);
    expect(file.object).toBe('video');
  });

  it('pages through all videos, either way', async () => {
    const listed = async (order: 'asc' | 'desc', limit: number) => {
      const ids: string[] = [];
      for await (const video of client.videos.list({ order, limit })) ids.push(video.id);
      return ids;
    };
    for (let i = 0; i < 5; i++) await client.videos.create({ prompt: `number ${i}` });
    const newest = await listed('desc', 2);
    expect(newest.length).toBeGreaterThanOrEqual(5);
    expect(new Set(newest).size).toBe(newest.length);
    expect(newest).toEqual([...newest].sort().reverse());
    expect(await listed('asc', 3)).toEqual([...newest].reverse());
    const page = await raw(`/videos?limit=2&after=${newest[1]}`);
    expect(page.json).toMatchObject({ object: 'list', first_id: newest[2], last_id: newest[3], has_more: true });
    expect((await raw(`/videos?after=${newest.at(-1)}`)).json).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it('lists the models', async () => {
    expect((await client.models.list()).data).toMatchObject([{ id: 'toy', object: 'model', owned_by: 'reelql' }]);
  });
});

describe('what the model does not make', () => {
  it.each([
    ['1280x720', '512x288', '4', '4.06'],
    ['720x1280', '192x320', '1', '1.06'],
    ['250x150', '256x160', '2.1', '2.06'],
    ['16x16', '32x32', '0.01', '0.06'],
  ])('%s becomes %s, %s s become %s s, and the answer says so', async (size, made, seconds, lasting) => {
    const { status, json: video } = await raw('/videos', json({ prompt: 'x', size, seconds }));
    expect([status, video.size, video.seconds]).toEqual([200, made, lasting]);
    expect(video.adjustments).toEqual([
      { field: 'size', from: size, to: made, reason: expect.stringContaining('multiples of 32') },
    ]);
  });

  it('is no longer than the model can', async () => {
    const { json: video } = await raw('/videos', json({ prompt: 'x', seconds: 12 }));
    expect(video.seconds).toBe('4.06');
    expect(video.adjustments).toEqual([
      { field: 'seconds', from: '12', to: '4.06', reason: expect.stringContaining('at most 65 frames') },
    ]);
  });

  it('takes what other servers of open models call their settings', async () => {
    const settings = { seed: 7, fps: 8, num_inference_steps: 3, guidance_scale: 2.5, negative_prompt: 'blur' };
    await raw('/videos', json({ prompt: 'x', seconds: 2, ...settings }));
    const { negativePrompt, settings: made } = server.scheduler.submitted.at(-1) ?? {};
    expect([negativePrompt, made]).toMatchObject([
      'blur',
      { seed: 7, fps: 8, steps: 3, guidanceScale: 2.5, frameCount: 17 },
    ]);
  });

  it('takes the settings beyond OpenAI’s, from JSON and from a form', async () => {
    const made = () => server.scheduler.submitted.at(-1)?.settings;
    const settings = { guidance_interval: { end: 0.5 }, cache_steps: 1, flow_shift: 3, guidance_rescale: 0.5 };
    await raw('/videos', json({ prompt: 'x', ...settings }));
    const expected = { guidanceInterval: { start: 0, end: 0.5 }, cacheSteps: 1, shift: 3, guidanceRescale: 0.5 };
    expect(made()).toMatchObject(expected);
    const form = new FormData();
    const fields = { 'guidance_interval[start]': '0.25', cache_steps: '2', flow_shift: '3', guidance_rescale: '1' };
    for (const [name, value] of Object.entries({ prompt: 'x', ...fields })) form.set(name, value);
    await raw('/videos', { method: 'POST', body: form });
    const guidance = { guidanceInterval: { start: 0.25, end: 1 }, guidanceRescale: 1 };
    expect(made()).toMatchObject({ ...guidance, cacheSteps: 2, shift: 3 });
  });

  it('gives the same video again for the same Idempotency-Key', async () => {
    const init = json({ prompt: 'once', seed: 1 });
    const headers = { ...(init.headers as object), 'idempotency-key': 'abc' };
    const [a, b] = [await raw('/videos', { ...init, headers }), await raw('/videos', { ...init, headers })];
    expect(a.json.id).toBe(b.json.id);
    const other = await raw('/videos', { ...json({ prompt: 'twice', seed: 1 }), headers });
    expect([other.status, other.json.error.code]).toEqual([409, 'idempotency_conflict']);
  });
});

describe('errors in the form of OpenAI', () => {
  it.each<[string, RequestInit & { path?: string }, number, string, string | null]>([
    ['no prompt', json({}), 400, 'invalid_value', 'prompt'],
    ['an empty prompt', json({ prompt: ' ' }), 400, 'invalid_value', 'prompt'],
    ['a size that is none', json({ prompt: 'x', size: 'big' }), 400, 'invalid_value', 'size'],
    ['no number of seconds', json({ prompt: 'x', seconds: 'soon' }), 400, 'invalid_value', 'seconds'],
    ['too many steps', json({ prompt: 'x', num_inference_steps: 1000 }), 400, 'invalid_value', 'num_inference_steps'],
    ['too large a shift', json({ prompt: 'x', flow_shift: 1000 }), 400, 'invalid_value', 'flow_shift'],
    ['no interval', json({ prompt: 'x', guidance_interval: { start: 2 } }), 400, 'invalid_value', 'guidance_interval'],
    ['too much rescale', json({ prompt: 'x', guidance_rescale: 2 }), 400, 'invalid_value', 'guidance_rescale'],
    ['an unknown model', json({ prompt: 'x', model: 'sora-2' }), 404, 'model_not_found', 'model'],
    [
      'a picture elsewhere',
      json({ prompt: 'x', input_reference: { image_url: 'https://example.com/x.png' } }),
      400,
      'unsupported_reference',
      'input_reference',
    ],
    [
      'no picture',
      json({ prompt: 'x', input_reference: { image_url: 'data:image/png;base64,AAAA' } }),
      400,
      'invalid_image',
      'input_reference',
    ],
    ['an unknown upload', json({ prompt: 'x', input_reference: { file_id: 'upload_x' } }), 404, 'not_found', null],
    ['broken JSON', { ...json({}), body: '{' }, 400, 'bad_request', null],
    [
      'a text',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } },
      415,
      'unsupported_media_type',
      null,
    ],
    ['a page too large', { path: '/videos?limit=1000' }, 400, 'invalid_value', 'limit'],
    ['an order that is none', { path: '/videos?order=up' }, 400, 'invalid_value', 'order'],
    ['a cursor that is none', { path: '/videos?after=1' }, 400, 'invalid_value', 'after'],
    ['an unknown video', { path: '/videos/video_x' }, 404, 'not_found', 'video_id'],
  ])('%s', async (_, { path = '/videos', ...init }, status, code, param) => {
    const answer = await raw(path, init);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { message: expect.any(String), type: 'invalid_request_error', param, code } });
  });

  it('a full queue asks to come back later', async () => {
    const small = await ApiServer.start({ queueCapacity: 1 });
    try {
      const cramped = clientOf(small.url);
      await cramped.videos.create({ prompt: 'x' });
      await expect(cramped.videos.create({ prompt: 'x' })).rejects.toMatchObject({
        status: 429,
        code: 'queue_full',
        type: 'rate_limit_error',
      });
    } finally {
      await small.close();
    }
  });

  it('what nobody expected is told to the log only', async () => {
    const broken = await ApiServer.start();
    try {
      await broken.database.client.$executeRawUnsafe('DROP TABLE "GenerationEvent"');
      const answer = await clientOf(broken.url)
        .videos.create({ prompt: 'x' })
        .catch((error) => error);
      expect(answer).toMatchObject({ status: 500, code: 'internal', type: 'server_error' });
      expect(answer.message).not.toMatch(/GenerationEvent|SQL|prisma/i);
      expect(JSON.stringify(broken.logged)).toContain('GenerationEvent');
    } finally {
      await broken.close();
    }
  });
});

it('asks for keys, roles and owners like every other route', async () => {
  const guarded = await ApiServer.start({ auth: {} });
  try {
    const keys = new KeyStore(guarded.database.client, systemClock);
    const limits = { maxQueued: null, maxRunning: null, maxPerDay: null, requestsPerMinute: null };
    const as = async (role: 'VIEWER' | 'CREATOR') =>
      clientOf(guarded.url, (await keys.create({ name: role, role, ...limits })).secret);
    const [mine, theirs, viewer] = [await as('CREATOR'), await as('CREATOR'), await as('VIEWER')];
    const stranger = clientOf(guarded.url, 'sk-nobody');
    await expect(stranger.videos.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(viewer.videos.create({ prompt: 'x' })).rejects.toMatchObject({
      status: 403,
      code: 'permission_denied',
    });
    const { id } = await mine.videos.create({ prompt: 'x' });
    expect((await mine.videos.list()).data.map((video) => video.id)).toEqual([id]);
    expect((await theirs.videos.list()).data).toEqual([]);
    for (const other of [theirs.videos.retrieve(id), theirs.videos.delete(id), theirs.videos.downloadContent(id)]) {
      await expect(other).rejects.toMatchObject({ status: 404, code: 'not_found' });
    }
    const content = await fetch(`${guarded.url}/v1/videos/${id}/content`);
    expect(content.status).toBe(401);
  } finally {
    await guarded.close();
  }
});
