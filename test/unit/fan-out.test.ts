import { buildSchema, type ExecutionArgs, GraphQLError, parse } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiContext } from '../../src/api/context.js';
import { FanOut, type SharedSubscription } from '../../src/api/fan-out.js';
import { anyone, type Caller } from '../../src/auth/caller.js';
import type { Json } from '../support/graphql-client.js';

interface Tick {
  readonly sequence: number;
  readonly text?: string;
}

const schema = buildSchema(`
  type Tick { sequence: Int! text: String next(by: Int!): Int! origin: String! broken: Int later: Int }
  type Query { nothing: Int }
  type Subscription { ticks(of: String, after: Int): Tick }
`);

/** How often an event was executed. */
let executions: number;
/** Who listens. */
let listeners: Set<(event: Tick) => void>;
let fanOut: FanOut;
const masked: unknown[] = [];
beforeEach(() => {
  executions = 0;
  listeners = new Set();
  masked.length = 0;
  fanOut = new FanOut((error) => {
    masked.push(error);
    return { message: 'masked' };
  });
});

/** A live stream that gives every listener the same object. */
function ticks(): AsyncGenerator<Tick, void, void> {
  const waiting: Tick[] = [];
  let wake = () => {};
  let left = false;
  const listen = (event: Tick) => {
    waiting.push(event);
    wake();
  };
  listeners.add(listen);
  return {
    async next() {
      while (waiting.length === 0 && !left) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = waiting.shift();
      return value && !left ? { value, done: false } : { value: undefined, done: true };
    },
    async return() {
      left = true;
      listeners.delete(listen);
      wake();
      return { value: undefined, done: true };
    },
    async throw(error) {
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

schema.getSubscriptionType()!.getFields().ticks!.subscribe = (_root, { of }) => {
  if (of === 'nobody') throw new GraphQLError('There is nobody.');
  return ticks();
};
Object.assign(schema.getSubscriptionType()!.getFields().ticks!, {
  resolve: (event: Tick) => {
    executions += 1;
    return event;
  },
});
const fields = (schema.getType('Tick') as any).getFields();
fields.next.resolve = ({ sequence }: Tick, { by }: { by: number }) => sequence + by;
fields.origin.resolve = (_tick: Tick, _args: object, { baseUrl }: ApiContext) => baseUrl;
fields.later.resolve = async ({ sequence }: Tick) => sequence;
fields.broken.resolve = () => {
  throw new Error('secret');
};

interface Asked {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly baseUrl?: string;
  readonly caller?: Caller;
}

const plain = 'subscription ($of: String, $after: Int) { ticks(of: $of, after: $after) { sequence origin } }';

async function subscribe({
  query = plain,
  operationName,
  variables = {},
  baseUrl = 'http://here',
  caller = anyone,
}: Asked = {}) {
  const args: ExecutionArgs = {
    schema,
    document: parse(query),
    operationName,
    variableValues: variables,
    contextValue: { baseUrl, caller } as ApiContext,
  };
  const results = (await fanOut.subscribe(args)) as SharedSubscription;
  // Takes one more than it was asked for, and waits with it.
  const taken: Json[] = [];
  let wanted = 0;
  let go = () => {};
  const over = results.forEach((json) => {
    taken.push(JSON.parse(json.toString()));
    if (taken.length <= wanted) return null;
    return new Promise((resolve) => {
      go = resolve;
    });
  });
  return {
    async next(): Promise<Json> {
      wanted += 1;
      go();
      while (taken.length < wanted) await new Promise(setImmediate);
      return taken[wanted - 1];
    },
    end: () => results.end(),
    over,
  };
}

function publish(event: Tick): void {
  for (const listen of listeners) listen(event);
}

describe('subscriptions of the same', () => {
  it('have each event executed once, whatever place they began at', async () => {
    const asked = [{}, { after: 3 }, { after: 4 }].map((variables) => ({ variables }));
    const all = await Promise.all(asked.map(subscribe));
    expect(fanOut.size).toBe(1);
    for (const sequence of [1, 2, 3]) {
      publish({ sequence });
      for (const one of all) expect(await one.next()).toEqual({ data: { ticks: { sequence, origin: 'http://here' } } });
      expect(executions).toBe(sequence);
    }
  });

  it('share the one object that was published, not what only looks the same', async () => {
    const one = await subscribe();
    publish({ sequence: 1 });
    publish({ sequence: 1 });
    await one.next();
    await one.next();
    expect(executions).toBe(2);
  });

  it('wait for one execution where it takes time', async () => {
    const query = 'subscription { ticks { later } }';
    const all = await Promise.all([subscribe({ query }), subscribe({ query }), subscribe({ query })]);
    publish({ sequence: 3 });
    for (const one of all) expect(await one.next()).toEqual({ data: { ticks: { later: 3 } } });
    expect(executions).toBe(1);
  });

  it('share an error too: it is masked and logged once', async () => {
    const query = 'subscription { ticks { sequence broken } }';
    const all = await Promise.all([subscribe({ query }), subscribe({ query })]);
    publish({ sequence: 1 });
    for (const one of all) {
      expect(await one.next()).toEqual({
        data: { ticks: { sequence: 1, broken: null } },
        errors: [{ message: 'masked' }],
      });
    }
    expect(masked).toHaveLength(1);
  });

  it('are forgotten with the last of them, even one that waits or never began', async () => {
    const all = await Promise.all([subscribe(), subscribe({ variables: { after: 7 } })]);
    await all[0]?.end();
    await all[0]?.over;
    expect([fanOut.size, listeners.size]).toEqual([1, 1]);
    await all[1]?.end();
    expect([fanOut.size, listeners.size]).toEqual([0, 0]);
    const args = { schema, document: parse(plain), contextValue: { baseUrl: '', caller: anyone } };
    await ((await fanOut.subscribe(args)) as SharedSubscription).end();
    expect([fanOut.size, listeners.size]).toEqual([0, 0]);
  });

  it('cost no memory: an old event is executed again for whoever is so late', async () => {
    const query = 'subscription { ticks { text } }';
    const late = await subscribe({ query });
    const all = await Promise.all([subscribe({ query }), subscribe({ query })]);
    const text = 'x'.repeat(40_000);
    for (let sequence = 1; sequence <= 8; sequence++) {
      publish({ sequence, text });
      for (const one of all) await one.next();
    }
    // The late one has had the first executed together with the others.
    expect(executions).toBe(8);
    for (let sequence = 1; sequence <= 8; sequence++) await late.next();
    // Of eight times 40 kB three are kept, and each that is executed again pushes out the next to come.
    expect(executions).toBe(8 + 7);
  });
});

describe('subscriptions of different things', () => {
  const shown = 'subscription ($after: Int!) { ticks(after: $after) { next(by: $after) } }';
  const other = 'subscription ($after: Int!) { ticks { next(by: $after) } }';
  const two = 'subscription A { ticks { sequence } } subscription B { ticks { origin } }';
  it.each<[string, Asked, Asked]>([
    ['documents', {}, { query: 'subscription { ticks { sequence } }' }],
    ['variables', { variables: { of: 'a' } }, { variables: { of: 'b' } }],
    ['addresses of the server', {}, { baseUrl: 'http://there' }],
    ['callers', { caller: { keyId: 'a', role: 'ADMIN' } }, { caller: { keyId: 'b', role: 'ADMIN' } }],
    ['roles', { caller: { keyId: 'a', role: 'ADMIN' } }, { caller: { keyId: 'a', role: 'VIEWER' } }],
    ['places that are shown', { query: shown, variables: { after: 1 } }, { query: shown, variables: { after: 2 } }],
    [
      'variables that only look like a place',
      { query: other, variables: { after: 1 } },
      { query: other, variables: { after: 2 } },
    ],
    ['operations of one document', { query: two, operationName: 'A' }, { query: two, operationName: 'B' }],
  ])('do not share: %s', async (_name, first, second) => {
    const [a, b] = [await subscribe(first), await subscribe(second)];
    expect(fanOut.size).toBe(2);
    publish({ sequence: 5 });
    await Promise.all([a.next(), b.next()]);
    expect(executions).toBe(2);
  });
});

describe('a subscription that is refused', () => {
  it('is answered with the errors', async () => {
    const document = parse('subscription { ticks(of: "nobody") { sequence } }');
    const result = await fanOut.subscribe({ schema, document, contextValue: { baseUrl: '', caller: anyone } });
    expect(result).toMatchObject({ errors: [{ message: 'There is nobody.' }] });
    expect(fanOut.size).toBe(0);
  });
});
