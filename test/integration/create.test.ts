import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, localId } from '../support/graphql-client.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

describe('createGeneration', () => {
  it('stores, queues and answers with every default resolved', async () => {
    const result = await create(server.url, { prompt: '  A red car  ' });
    expect(result).toMatchObject({ __typename: 'CreateGenerationSuccess', replayed: false, warnings: [] });
    const { generation } = result;
    expect(generation).toMatchObject({ status: 'QUEUED', prompt: 'A red car', lastSequence: 1, modelName: 'toy' });
    expect(generation.settings).toMatchObject({
      width: 256,
      height: 160,
      frameCount: 33,
      fps: 16,
      steps: 4,
      sampler: 'UNIPC',
    });
    expect(Number.isSafeInteger(generation.settings.seed)).toBe(true);
    expect(server.scheduler.submitted.at(-1)).toMatchObject({
      generationId: localId(generation.id),
      model: 'toy',
      prompt: 'A red car',
      settings: generation.settings,
    });
  });

  it('takes an empty prompt, also of spaces, as no prompt', async () => {
    for (const prompt of ['', ' \n ']) {
      const { generation } = await create(server.url, { prompt });
      expect(generation).toMatchObject({ status: 'QUEUED', prompt: '' });
      expect(server.scheduler.submitted.at(-1)).toMatchObject({ generationId: localId(generation.id), prompt: '' });
    }
  });

  it('gives different seeds to those who ask for none, and the largest to who asks for it', async () => {
    const seeds = await Promise.all([1, 2, 3].map(() => create(server.url, { prompt: 'x' })));
    expect(new Set(seeds.map((result) => result.generation.settings.seed)).size).toBe(3);
    const seed = 2 ** 53 - 1;
    const { generation } = await create(server.url, { prompt: 'x', settings: { seed } });
    expect(generation.settings.seed).toBe(seed);
  });

  it.each([
    ['a prompt with too many tokens', { prompt: 'a '.repeat(65) }, ['prompt'], 'TOO_LONG'],
    ['a prompt with too many characters', { prompt: 'a'.repeat(513) }, ['prompt'], 'TOO_LONG'],
    ['a width off the grid', { prompt: 'x', settings: { width: 250 } }, ['settings', 'width'], 'NOT_MULTIPLE_OF'],
    ['a width of zero', { prompt: 'x', settings: { width: 0 } }, ['settings', 'width'], 'TOO_SMALL'],
    ['a huge height', { prompt: 'x', settings: { height: 32_000 } }, ['settings', 'height'], 'TOO_LARGE'],
    ['no steps', { prompt: 'x', settings: { steps: 0 } }, ['settings', 'steps'], 'TOO_SMALL'],
    ['too many steps', { prompt: 'x', settings: { steps: 51 } }, ['settings', 'steps'], 'TOO_LARGE'],
    ['too many frames', { prompt: 'x', settings: { frameCount: 69 } }, ['settings', 'frameCount'], 'TOO_LARGE'],
    ['negative guidance', { prompt: 'x', settings: { guidanceScale: -1 } }, ['settings', 'guidanceScale'], 'TOO_SMALL'],
    ['a negative seed', { prompt: 'x', settings: { seed: -1 } }, ['settings', 'seed'], 'TOO_SMALL'],
    ['a priority out of range', { prompt: 'x', priority: 101 }, ['priority'], 'TOO_LARGE'],
  ])('answers %s with an issue', async (_name, input, path, code) => {
    const before = await server.store.count({});
    const result = await create(server.url, input);
    expect(result).toMatchObject({ __typename: 'InvalidInput', issues: [{ path, code }] });
    expect(result.issues[0].message).toMatch(/ from | nearest |prompt/);
    expect(await server.store.count({})).toBe(before);
  });

  it('answers all that is wrong at once', async () => {
    const result = await create(server.url, { prompt: 'a'.repeat(513), settings: { width: 1, steps: 0 } });
    expect(result.issues.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
      'prompt',
      'settings.width',
      'settings.steps',
    ]);
  });

  it('refuses a seed beyond 2^53 - 1 before it loses digits', async () => {
    const query =
      'mutation { createGeneration(input: {prompt: "x", settings: {seed: 9007199254740992}}) { __typename } }';
    const { status, errors } = await graphql(server.url, query);
    expect(status).toBe(400);
    expect(errors[0].message).toMatch(/SafeInt/);
  });

  it('rounds frame counts as the reference does, and says so', async () => {
    const { generation } = await create(server.url, { prompt: 'x', settings: { frameCount: 30 } });
    expect(generation.settings.frameCount).toBe(29);
    expect(generation.adjustments).toMatchObject([{ field: 'frameCount', from: '30', to: '29' }]);
  });

  it('accepts guidance over 9 with a warning', async () => {
    const result = await create(server.url, { prompt: 'x', settings: { guidanceScale: 12 } });
    expect(result).toMatchObject({ __typename: 'CreateGenerationSuccess', warnings: [{ field: 'guidanceScale' }] });
  });

  it.each(['model_nothing', 'nonsense', 'generation_toy'])('answers the model %s with NotFound', async (modelId) => {
    expect(await create(server.url, { prompt: 'x', modelId })).toMatchObject({ __typename: 'NotFound', id: modelId });
  });

  it('links a remix to its origin', async () => {
    const origin = await create(server.url, { prompt: 'origin' });
    const remix = await create(server.url, { prompt: 'remix', remixedFromId: origin.generation.id });
    const query = 'query ($id: ID!) { node(id: $id) { ... on Generation { remixedFrom { prompt } } } }';
    const { data } = await graphql(server.url, query, { id: remix.generation.id });
    expect(data.node.remixedFrom.prompt).toBe('origin');
    const unknown = 'generation_01a2047d-bbb4-70aa-b60a-5502d325c74c';
    expect(await create(server.url, { prompt: 'x', remixedFromId: unknown })).toMatchObject({
      __typename: 'NotFound',
      id: unknown,
    });
  });
});

describe('an idempotency key', () => {
  const idempotencyKey = '5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a11';

  it('gives the same input the first result, also where many come at once', async () => {
    const input = { prompt: 'once', idempotencyKey };
    const results = await Promise.all([1, 2, 3, 4].map(() => create(server.url, input)));
    expect(new Set(results.map((result) => result.generation.id)).size).toBe(1);
    expect(results.filter((result) => !result.replayed)).toHaveLength(1);
    const id = localId(results[0].generation.id);
    expect(server.scheduler.submitted.filter((job) => job.generationId === id)).toHaveLength(1);
  });

  it('refuses another input', async () => {
    const first = await create(server.url, { prompt: 'once', idempotencyKey });
    const second = await create(server.url, { prompt: 'twice', idempotencyKey });
    expect(second).toMatchObject({ __typename: 'IdempotencyConflict', existing: { id: first.generation.id } });
  });
});

describe('a full queue', () => {
  it('refuses the next one, and says how many may wait', async () => {
    const small = await ApiServer.start({ queueCapacity: 2 });
    try {
      const results = await Promise.all([1, 2, 3].map((n) => create(small.url, { prompt: `number ${n}` })));
      const refused = results.filter((result) => result.__typename === 'QueueFull');
      expect(refused).toMatchObject([{ capacity: 2, retryAfterSeconds: null }]);
      expect(await small.store.count({})).toBe(2);
    } finally {
      await small.close();
    }
  });
});
