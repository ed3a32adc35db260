import fs, { existsSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anyone } from '../../src/auth/caller.js';
import { KeyStore } from '../../src/auth/key-store.js';
import { systemClock } from '../../src/clock.js';
import { receive } from '../../src/uploads/receive.js';
import { maxUnusedUploads, UploadStore } from '../../src/uploads/upload-store.js';
import { ApiServer } from '../support/api-server.js';
import { create, type Json } from '../support/graphql-client.js';

/** As ApiServer allows. */
const maxBytes = 200_000;
let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

const plain = (width: number, height: number, colour = '#a03040') =>
  sharp({ create: { width, height, channels: 3, background: colour } });
/** Incompressible. */
const noise = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => ((i * i * 2654435761) >>> 13) & 255));

async function post(body: Buffer | FormData | Readable, headers: Record<string, string> = {}, url = server.url) {
  const response = await fetch(`${url}/uploads`, {
    method: 'POST',
    headers,
    body: body as never,
    duplex: 'half',
  } as never);
  return { status: response.status, json: (await response.json()) as Json };
}

const left = () => readdirSync(join(server.artifacts.root, 'staged'));

describe('an upload', () => {
  it.each([
    ['jpeg', 'image/jpeg', 'jpg'],
    ['png', 'image/png', 'png'],
    ['webp', 'image/webp', 'webp'],
  ] as const)('of %s is known by its bytes, whatever it is called', async (format, mimeType, extension) => {
    const bytes = await plain(64, 48).toFormat(format).toBuffer();
    const { status, json } = await post(bytes, { 'content-type': 'application/x-www-form-urlencoded' });
    expect(status).toBe(201);
    expect(json).toMatchObject({ mimeType, bytes: bytes.length, width: 64, height: 48 });
    expect(json.id).toMatch(/^upload_[0-9a-f-]{36}$/);
    expect(json.url).toMatch(new RegExp(`^${server.url}/uploads/[0-9a-f-]{36}\\.${extension}$`));
    expect(Date.parse(json.expiresAt) - Date.parse(json.createdAt)).toBe(86_400_000);
    const back = await fetch(json.url);
    expect([back.headers.get('content-type'), back.headers.get('x-content-type-options')]).toEqual([
      mimeType,
      'nosniff',
    ]);
    expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await fetch(json.url, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    expect((await fetch(json.url.replace(`.${extension}`, '.gif'))).status).toBe(404);
  });

  it('may be a file of a form', async () => {
    const form = new FormData();
    form.set('note', 'first');
    form.set('file', new Blob([new Uint8Array(await plain(32, 32).png().toBuffer())]), 'picture.exe');
    expect(await post(form)).toMatchObject({ status: 201, json: { mimeType: 'image/png', width: 32 } });
  });

  it('has the size at which it is looked at', async () => {
    const turned = await plain(64, 32).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect((await post(turned)).json).toMatchObject({ width: 32, height: 64 });
  });

  it('is kept once, however often it comes', async () => {
    const bytes = await plain(40, 40, '#123456').png().toBuffer();
    const [a, b] = [await post(bytes), await post(bytes)];
    expect(a.json.sha256).toBe(b.json.sha256);
    expect(a.json.id).not.toBe(b.json.id);
  });

  it('can begin a video', async () => {
    const { json } = await post(await plain(64, 48).png().toBuffer());
    const { generation, ...rest } = await create(server.url, { prompt: 'x', firstFrameUploadId: json.id });
    expect(rest.__typename).toBe('CreateGenerationSuccess');
    const job = server.scheduler.submitted.at(-1);
    expect(generation.id).toBe(`generation_${job?.generationId}`);
    expect(job?.firstFrame).toBe(server.artifacts.path(json.sha256));
  });
});

describe('what is refused, and leaves nothing behind', () => {
  const giant = async () => {
    // 20,000 × 20,000 pixels in a PNG that claims so: its header says what decoding would cost.
    const png = await plain(16, 16).png().toBuffer();
    png.writeUInt32BE(20_000, 16);
    png.writeUInt32BE(20_000, 20);
    return png;
  };
  it.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['nothing', () => Buffer.alloc(0), 400, 'Send a JPEG, PNG or WebP'],
    ['a text', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 422, 'no JPEG, PNG or WebP'],
    ['a GIF', () => plain(32, 32).gif().toBuffer(), 422, 'no JPEG, PNG or WebP'],
    [
      'a beginning',
      async () =>
        (
          await sharp(noise(30_000), { raw: { width: 100, height: 100, channels: 3 } })
            .png()
            .toBuffer()
        ).subarray(0, 9000),
      422,
      'damaged',
    ],
    ['a bomb', giant, 422, 'pixel'],
    ['a dot', () => plain(8, 8).png().toBuffer(), 422, '8×8 pixels; sides from 16'],
    ['a line', () => plain(9000, 20).png().toBuffer(), 422, 'sides from 16 to 8192'],
    ['too much', () => noise(maxBytes + 1), 413, `larger than ${maxBytes} bytes`],
  ])('%s', async (_, body, status, message) => {
    const before = await server.database.client.upload.count();
    const answer = await post(await body(), { 'content-type': 'image/png' });
    expect(answer).toEqual({
      status,
      json: { errors: [{ message: expect.stringContaining(message), extensions: { code: expect.any(String) } }] },
    });
    expect(await server.database.client.upload.count()).toBe(before);
    expect(left()).toEqual([]);
  });

  it('one more when the sender has hundreds that wait to be used', async () => {
    const full = await ApiServer.start();
    try {
      const bytes = await plain(32, 32).png().toBuffer();
      const { json } = await post(bytes, {}, full.url);
      const { client } = full.database;
      const row = await client.upload.findUniqueOrThrow({ where: { id: json.id.slice('upload_'.length) } });
      const copies = Array.from({ length: maxUnusedUploads - 1 }, (_, i) => ({ ...row, id: `copy-${i}` }));
      await client.upload.createMany({ data: copies });
      const refused = await post(bytes, {}, full.url);
      expect(refused).toMatchObject({ status: 429, json: { errors: [{ extensions: { code: 'TOO_MANY_UPLOADS' } }] } });
      await create(full.url, { prompt: 'x', firstFrameUploadId: json.id });
      expect((await post(bytes, {}, full.url)).status).toBe(201);
    } finally {
      await full.close();
    }
  });

  it('a file too large in a form', async () => {
    const form = new FormData();
    form.set('file', new Blob([noise(maxBytes + 1)]));
    expect((await post(form)).status).toBe(413);
    expect(left()).toEqual([]);
  });

  it('a form without a file', async () => {
    const form = new FormData();
    form.set('file', 'no file');
    expect((await post(form)).status).toBe(400);
  });

  it('a body that never ends is cut off where it is too long', async () => {
    let sent = 0;
    const endless = httpRequest(`${server.url}/uploads`, {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
    });
    const status = new Promise<number | undefined>((resolve) => {
      endless.on('response', (response) => {
        resolve(response.statusCode);
        endless.destroy();
      });
      endless.on('error', () => resolve(undefined));
    });
    const chunk = noise(16_384);
    const write = (): void => {
      if (endless.destroyed) return;
      sent += chunk.length;
      endless.write(chunk, () => setImmediate(write));
    };
    write();
    expect([413, undefined]).toContain(await status);
    expect(sent).toBeLessThan(100 * maxBytes);
    await expect.poll(left).toEqual([]);
  });

  it('a body that ends in an error before its file is open', async () => {
    const { open } = fs;
    const late = vi.spyOn(fs, 'open').mockImplementationOnce(((...args: Parameters<typeof open>) => {
      setTimeout(() => open(...args), 50);
    }) as typeof open);
    const path = join(server.artifacts.root, 'staged', 'late');
    const gone = Readable.from(
      (async function* () {
        yield Buffer.alloc(1);
        throw new Error('gone');
      })(),
    );
    try {
      await expect(receive(gone, path, maxBytes)).rejects.toThrow('gone');
      // Whoever removes it now has removed it for good.
      expect(existsSync(path)).toBe(true);
    } finally {
      late.mockRestore();
      await rm(path, { force: true });
    }
  });

  it('a sender who leaves', async () => {
    const leaving = httpRequest(`${server.url}/uploads`, { method: 'POST', headers: { 'content-length': '100000' } });
    leaving.on('error', () => {});
    leaving.write(noise(5000));
    await expect.poll(() => left().length).toBe(1);
    leaving.destroy();
    await expect.poll(left).toEqual([]);
  });
});

describe('with keys', () => {
  it('only creators upload; the link opens the picture; ids of others are not found', async () => {
    const guarded = await ApiServer.start({ auth: {} });
    try {
      const keys = new KeyStore(guarded.database.client, systemClock);
      const limits = { maxQueued: null, maxRunning: null, maxPerDay: null, requestsPerMinute: null };
      const secret = async (role: 'VIEWER' | 'CREATOR') => (await keys.create({ name: role, role, ...limits })).secret;
      const [viewer, creator, other] = [await secret('VIEWER'), await secret('CREATOR'), await secret('CREATOR')];
      const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
      const bytes = await plain(32, 32).png().toBuffer();
      expect((await post(bytes, {}, guarded.url)).status).toBe(401);
      expect((await post(bytes, bearer(viewer), guarded.url)).status).toBe(403);
      const { status, json } = await post(bytes, bearer(creator), guarded.url);
      expect(status).toBe(201);
      expect((await fetch(json.url)).status).toBe(200);
      expect((await fetch(json.url.split('?')[0])).status).toBe(403);
      const theirs = await fetch(`${guarded.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(other) },
        body: JSON.stringify({
          query: `mutation { createGeneration(input: {prompt: "x", firstFrameUploadId: "${json.id}"}) { __typename } }`,
        }),
      });
      expect(((await theirs.json()) as Json).data.createGeneration.__typename).toBe('NotFound');
    } finally {
      await guarded.close();
    }
  });
});

describe('the sweep', () => {
  it('removes what nobody used for a day, and no file that is still needed', async () => {
    let now = new Date();
    const clock = { now: () => now };
    const uploads = new UploadStore(server.database.client, server.artifacts, clock, maxBytes);
    const picture = async (colour: string) => Readable.from([await plain(20, 20, colour).png().toBuffer()]);
    const unused = await uploads.create(anyone, await picture('#010101'));
    const shared = await uploads.create(anyone, await picture('#020202'));
    const used = await uploads.create(anyone, await picture('#030303'));
    await create(server.url, { prompt: 'x', firstFrameUploadId: `upload_${used.id}` });
    now = new Date(now.getTime() + 12 * 3_600_000);
    const fresh = await uploads.create(anyone, await picture('#020202'));
    expect(await uploads.sweep()).toBe(0);
    now = new Date(now.getTime() + 13 * 3_600_000);
    await uploads.sweep();
    expect(
      await Promise.all([unused, shared, used, fresh].map(async ({ id }) => (await uploads.get(id)) !== null)),
    ).toEqual([false, false, true, true]);
    expect(await Promise.all([unused, shared, used].map(({ sha256 }) => server.artifacts.has(sha256)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('leaves no row behind when the file cannot be stored', async () => {
    const uploads = new UploadStore(server.database.client, server.artifacts, systemClock, maxBytes);
    const body = await plain(24, 24, '#777777').png().toBuffer();
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(body).digest('hex');
    // A file stands where the folder would be.
    await writeFile(join(server.artifacts.root, sha256.slice(0, 2)), '').catch(() => {});
    const before = await server.database.client.upload.count();
    await expect(uploads.create(anyone, Readable.from([body]))).rejects.toThrow('Cannot store');
    expect(await server.database.client.upload.count()).toBe(before);
    expect(left()).toEqual([]);
  });
});
