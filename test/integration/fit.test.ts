import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estimate, Fit } from '../../src/scheduler/ports.js';
import { ApiServer, toyModel } from '../support/api-server.js';
import { created, mutate, submissions } from '../support/contract.js';
import { follow, graphql, localId, socketClient } from '../support/graphql-client.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

const gibibyte = 2 ** 30;
const largest = { ...toyModel.defaults, width: 128, height: 96, frameCount: 17, seed: 5 };
const tight: Fit = { fits: false, requiredBytes: 12 * gibibyte, availableBytes: 6.5 * gibibyte, largest };

async function withFit<T>(fit: Fit, run: () => Promise<T>): Promise<T> {
  server.scheduler.fitting = fit;
  try {
    return await run();
  } finally {
    server.scheduler.fitting = { fits: true };
  }
}

async function estimate(input: object) {
  const query = `query ($input: EstimateGenerationInput!) { estimateGeneration(input: $input) { __typename
    ... on EstimateGenerationSuccess { estimate { seconds lowSeconds highSeconds queueSeconds peakBytes basis }
      settings { width steps guidanceInterval { start end } cacheSteps } adjustments { field } warnings { field } }
    ... on InvalidInput { issues { path code } } ... on NotFound { id }
    ... on DoesNotFit { message requiredBytes availableBytes largestThatFits { width } } } }`;
  const { data, errors } = await graphql(server.url, query, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.estimateGeneration;
}

describe('a generation that no device has the memory for', () => {
  it('is refused with the numbers and the largest settings that fit', async () => {
    const before = await server.store.count({});
    const result = await withFit(tight, () => mutate(server, 'createGeneration', { prompt: 'x' }));
    expect(result).toMatchObject({
      __typename: 'DoesNotFit',
      message: expect.stringContaining('12.0 GiB of memory, and the device has 6.5 GiB'),
      requiredBytes: 12 * gibibyte,
      availableBytes: 6.5 * gibibyte,
      largestThatFits: { width: 128, height: 96, frameCount: 17 },
    });
    expect(await server.store.count({})).toBe(before);
  });

  it('is made smaller where that is allowed, and says so in the row and in its first event', async () => {
    const input = {
      settings: { seed: 5, width: 512, height: 192 },
      outputs: {
        crop: { x: 256, y: 64, width: 128, height: 128 },
        subtitles: [{ text: 'x', startSeconds: 0, endSeconds: 2 }],
      },
      onDoesNotFit: 'DOWNGRADE',
    };
    const generation = await withFit(tight, () => created(server, input));
    expect(generation.settings).toMatchObject({ width: 128, height: 96, frameCount: 17, seed: 5 });
    const reason = 'The settings asked for need 12.0 GiB, and the device has 6.5 GiB.';
    const adjustments = [
      { field: 'width', from: '512', to: '128', reason },
      { field: 'height', from: '192', to: '96', reason },
      { field: 'frameCount', from: '33', to: '17', reason },
    ];
    expect(generation.adjustments).toEqual(adjustments);
    // The crop keeps its place in the picture, and the subtitle ends with the video.
    const job = server.scheduler.submitted.at(-1);
    expect(job?.generationId).toBe(localId(generation.id));
    expect(job?.outputs.crop).toEqual({ x: 64, y: 32, width: 32, height: 64 });
    expect(job?.outputs.subtitles[0]?.endSeconds).toBe(17 / 16);
    const client = socketClient(server.url);
    const events = follow(client, generation.id);
    expect(await events.next()).toMatchObject({ __typename: 'GenerationQueued' });
    await client.dispose();
    const query = `query ($id: ID!) { node(id: $id) { ... on Generation { events(first: 1) { edges { node {
      ... on GenerationQueued { adjustments { field from to reason } } } } } } } }`;
    const { data } = await graphql(server.url, query, { id: generation.id });
    expect(data.node.events.edges[0].node.adjustments).toEqual(adjustments);
  });

  it('is refused where not even the smallest fits, allowed or not', async () => {
    const input = { prompt: 'x', onDoesNotFit: 'DOWNGRADE' };
    const result = await withFit({ ...tight, largest: null }, () => mutate(server, 'createGeneration', input));
    expect(result).toMatchObject({ __typename: 'DoesNotFit', largestThatFits: null });
  });

  it('takes its whole batch along', async () => {
    const before = await server.store.count({});
    const result = await withFit(tight, () => mutate(server, 'createGenerations', [{ prompt: 'x' }, { prompt: 'y' }]));
    expect(result.__typename).toBe('DoesNotFit');
    expect(await server.store.count({})).toBe(before);
  });
});

describe('estimateGeneration', () => {
  it('gives what the scheduler knows, and the settings that it is of', async () => {
    const known: Estimate = {
      ...{ seconds: 10, lowSeconds: 8, highSeconds: 14, queueSeconds: 3, peakBytes: 5 * gibibyte },
      basis: 'INTERPOLATED',
    };
    server.scheduler.estimated = known;
    expect(await estimate({ settings: { steps: 9, guidanceScale: 12, frameCount: 30 } })).toEqual({
      __typename: 'EstimateGenerationSuccess',
      estimate: known,
      settings: { width: 256, steps: 9, guidanceInterval: null, cacheSteps: null },
      adjustments: [{ field: 'frameCount' }],
      warnings: [{ field: 'guidanceScale' }],
    });
    const guidanceInterval = { start: 0, end: 0.5 };
    expect(await estimate({ settings: { guidanceInterval, cacheSteps: 1 } })).toMatchObject({
      settings: { guidanceInterval, cacheSteps: 1 },
    });
    server.scheduler.estimated = null;
    expect(await estimate({})).toMatchObject({ estimate: null });
    expect(server.scheduler.submitted.filter((job) => submissions(server, job.generationId) === 0)).toEqual([]);
  });

  it('refuses what createGeneration would refuse', async () => {
    expect(await estimate({ settings: { width: 250 } })).toMatchObject({
      issues: [{ path: ['settings', 'width'], code: 'NOT_MULTIPLE_OF' }],
    });
    expect(await estimate({ modelId: 'model_none' })).toMatchObject({ __typename: 'NotFound', id: 'model_none' });
    await withFit(tight, async () => {
      expect(await estimate({})).toMatchObject({ __typename: 'DoesNotFit', largestThatFits: { width: 128 } });
      expect(await estimate({ settings: { seed: 5 }, onDoesNotFit: 'DOWNGRADE' })).toMatchObject({
        settings: { width: 128 },
        adjustments: [{ field: 'width' }, { field: 'height' }, { field: 'frameCount' }],
      });
    });
  });
});

describe('outputs', () => {
  it('are checked with all the rest, and shown as they are', async () => {
    const outputs = { formats: [], crop: { x: 250, y: 0, width: 33, height: 32 } };
    const result = await mutate(server, 'createGeneration', { prompt: 'a'.repeat(513), outputs });
    expect(result.issues.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
      'prompt',
      'outputs.formats',
      'outputs.crop.width',
    ]);
    const query = `mutation { createGeneration(input: { prompt: "x", outputs: { formats: [GIF, MP4_H264]
      subtitles: [{ text: "你好", startSeconds: 0.5, endSeconds: 1 }] } }) { ... on CreateGenerationSuccess { generation {
      batching outputs { formats crop { x } subtitles { text startSeconds endSeconds } } } } } }`;
    expect((await graphql(server.url, query)).data.createGeneration.generation).toEqual({
      batching: 'AUTO',
      outputs: {
        formats: ['GIF', 'MP4_H264'],
        crop: null,
        subtitles: [{ text: '你好', startSeconds: 0.5, endSeconds: 1 }],
      },
    });
  });

  it('go with a webhook only to the web', async () => {
    const result = await mutate(server, 'createGeneration', { prompt: 'x', webhookUrl: 'ftp://example.com/' });
    expect(result).toMatchObject({ issues: [{ path: ['webhookUrl'], code: 'UNSUPPORTED' }] });
  });
});

describe('a first frame', () => {
  it('is given to the scheduler as a file, and shown with the generation', async () => {
    const raw = { width: 64, height: 40, channels: 3 as const };
    const png = await sharp({ create: { ...raw, background: '#c33' } })
      .png()
      .toBuffer();
    const response = await fetch(`${server.url}/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array(png),
    });
    const upload = (await response.json()) as { id: string; sha256: string };
    const { id } = await created(server, { firstFrameUploadId: upload.id });
    expect(server.scheduler.submitted.at(-1)).toMatchObject({
      generationId: localId(id),
      firstFrame: server.artifacts.path(upload.sha256),
    });
    const query = 'query ($id: ID!) { node(id: $id) { ... on Generation { firstFrame { id sha256 url width } } } }';
    const { firstFrame } = (await graphql(server.url, query, { id })).data.node;
    expect(firstFrame).toMatchObject({ id: upload.id, sha256: upload.sha256, width: 64 });
    expect(Buffer.from(await (await fetch(firstFrame.url)).arrayBuffer())).toEqual(png);
    const unknown = 'upload_01a2047d-bbb4-70aa-b60a-5502d325c74c';
    const missing = await mutate(server, 'createGeneration', { prompt: 'x', firstFrameUploadId: unknown });
    expect(missing).toMatchObject({ __typename: 'NotFound', id: unknown });
  });
});
