import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { mutate, submissions } from '../support/contract.js';
import type { Json } from '../support/graphql-client.js';

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start({ queueCapacity: 5 });
});
afterEach(() => server.close());

const batch = (inputs: object[]) => mutate(server, 'createGenerations', inputs);
const prompts = (count: number) => Array.from({ length: count }, (_, n) => ({ prompt: `Number ${n}` }));

describe('createGenerations', () => {
  it('stores and queues all of them, in order', async () => {
    const { generations } = await batch(prompts(3));
    expect(generations.map((one: Json) => one.prompt)).toEqual(['Number 0', 'Number 1', 'Number 2']);
    expect(generations.map((one: Json) => submissions(server, one.id))).toEqual([1, 1, 1]);
    expect(server.scheduler.queue().waiting).toHaveLength(3);
  });

  it('stores none where one is wrong, and says everything that is wrong with each', async () => {
    const result = await batch([
      { prompt: 'x' },
      { prompt: 'a'.repeat(513) },
      { prompt: 'x', settings: { steps: 0, width: 1 } },
    ]);
    expect(result.issues).toEqual([
      { path: ['inputs', '1', 'prompt'], code: 'TOO_LONG' },
      { path: ['inputs', '2', 'settings', 'width'], code: 'TOO_SMALL' },
      { path: ['inputs', '2', 'settings', 'steps'], code: 'TOO_SMALL' },
    ]);
    expect(await server.store.count({})).toBe(0);
  });

  it('stores none where not all find room in the queue', async () => {
    expect(await batch(prompts(6))).toMatchObject({ __typename: 'QueueFull', capacity: 5 });
    expect(await server.store.count({})).toBe(0);
    expect(await batch(prompts(5))).toMatchObject({ __typename: 'CreateGenerationsSuccess' });
    expect(await batch(prompts(1))).toMatchObject({ __typename: 'QueueFull' });
  });

  it.each([
    [0, 'REQUIRED'],
    [65, 'TOO_LONG'],
  ])('refuses %i at once', async (count, code) => {
    expect(await batch(prompts(count))).toMatchObject({ issues: [{ path: ['inputs'], code }] });
  });

  it('refuses ids that are none', async () => {
    const unknown = { prompt: 'x', modelId: 'model_none' };
    expect(await batch([{ prompt: 'x' }, unknown])).toMatchObject({ __typename: 'NotFound', id: 'model_none' });
    expect(await server.store.count({})).toBe(0);
  });

  it('repeats the answer to the same keys, and makes only what is new', async () => {
    const keys = ['5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a11', '5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a12'];
    const inputs = keys.map((idempotencyKey, n) => ({ prompt: `Number ${n}`, idempotencyKey }));
    const first = await batch(inputs);
    const again = await batch([...inputs, { prompt: 'New' }]);
    expect(again.generations.slice(0, 2).map((one: Json) => one.id)).toEqual(
      first.generations.map((one: Json) => one.id),
    );
    expect(await server.store.count({})).toBe(3);
    expect(await batch(inputs)).toEqual(first);
    const conflict = await batch([{ prompt: 'Newer' }, { prompt: 'Other', idempotencyKey: keys[0] }]);
    expect(conflict).toMatchObject({
      __typename: 'IdempotencyConflict',
      existing: { id: first.generations[0].id },
    });
    expect(await server.store.count({})).toBe(3);
  });

  it('refuses one key for two of them', async () => {
    const twice = [1, 2].map((n) => ({ prompt: `${n}`, idempotencyKey: '5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a11' }));
    const result = await batch([{ prompt: 'x' }, ...twice]);
    expect(result).toMatchObject({ issues: [{ path: ['inputs', '2', 'idempotencyKey'], code: 'UNSUPPORTED' }] });
    expect(await server.store.count({})).toBe(0);
  });

  it('computes identical requests of one batch once', async () => {
    const { generations } = await batch([1, 2, 3].map(() => ({ prompt: 'x', settings: { seed: 1 } })));
    expect(generations.map((one: Json) => submissions(server, one.id))).toEqual([1, 0, 0]);
  });
});
