import fc from 'fast-check';
import { OperationTypeNode, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSchema } from '../../src/api/schema.js';
import { ApiServer } from '../support/api-server.js';
import { create, type Json, localId } from '../support/graphql-client.js';
import { type Choose, damaged, type FuzzedOperation, OperationFuzzer } from '../support/operation-fuzzer.js';

/** Operations; `npm run test:fuzz` sets more. */
const runs = Number(process.env.FUZZ_RUNS ?? 500);
/** The one that is served: its scalars know what they accept. */
const schema = createSchema();

let server: ApiServer;
const ids: string[] = ['model_toy', 'device_cpu'];
beforeAll(async () => {
  server = await ApiServer.start();
  for (const prompt of ['one that waits', 'one that runs', 'one that is done']) {
    ids.push((await create(server.url, { prompt })).generation.id);
  }
  const [, running = '', done = ''] = ids.slice(-3).map(localId);
  for (const id of [running, done]) {
    await server.scheduler.start(id);
    await server.scheduler.step(id, 1);
  }
  await server.scheduler.succeed(done, [await server.storeVideo(Buffer.from('a video'))]);
});
afterAll(() => server.close());

const { QUERY, MUTATION, SUBSCRIPTION } = OperationTypeNode;

/** Every other one is damaged. */
function fuzzed(choose: Choose, kinds: readonly OperationTypeNode[]): FuzzedOperation {
  const kind = kinds[choose(kinds.length)] ?? QUERY;
  const whole = new OperationFuzzer(schema, choose, ids).operation(kind);
  return choose(2) === 0 ? whole : { ...whole, query: damaged(whole.query, choose) };
}

function isValid({ query }: FuzzedOperation): boolean {
  try {
    return validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}

/** What no answer may contain. */
const leak =
  /node_modules|\.[jt]s:\d|\bat [\w.]+ \(|SQLITE|[Pp]risma|SELECT |INSERT |\/tmp\/|ENOENT|TypeError|RangeError|is not a function/;

function checkErrors(errors: Json, operation: FuzzedOperation): void {
  const codes: unknown[] = (errors ?? []).map((error: Json) => error.extensions?.code);
  const shown = JSON.stringify({ operation, errors });
  expect(codes, shown).not.toContain('INTERNAL_SERVER_ERROR');
  expect(codes, shown).not.toContain(undefined);
  // What was sent may come back in a message; nothing else that looks like this may.
  for (const { message } of errors ?? []) {
    const [found = ''] = leak.exec(message) ?? [];
    expect(found === '' || JSON.stringify(operation).includes(found), shown).toBe(true);
  }
  const invalid = codes.some((code) => code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED');
  // The verdict is graphql-js's own; what is too large is refused before it is looked at.
  if (!codes.includes('OPERATION_TOO_COMPLEX')) expect(invalid, shown).toBe(!isValid(operation));
}

const choices = fc.gen().map((g) => (below: number) => g(fc.nat, { max: below - 1 }));

describe('operations made at random, whole and damaged', () => {
  it(
    'over HTTP break nothing, learn nothing, and are judged as graphql-js judges them',
    async () => {
      await fc.assert(
        fc.asyncProperty(choices, async (choose) => {
          const operation = fuzzed(choose, [QUERY, QUERY, QUERY, MUTATION]);
          const response = await fetch(`${server.url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(operation),
          });
          expect(response.status, JSON.stringify(operation)).toBeLessThan(500);
          checkErrors(((await response.json()) as Json).errors, operation);
        }),
        { numRuns: runs },
      );
    },
    runs * 500,
  );

  it(
    'over one socket, subscriptions too, break nothing and leave it open',
    async () => {
      const socket = new SocketFuzzer(server.url);
      await socket.opened;
      await fc.assert(
        fc.asyncProperty(choices, async (choose) => {
          const operation = fuzzed(choose, [QUERY, MUTATION, SUBSCRIPTION, SUBSCRIPTION]);
          for (const { type, payload } of await socket.run(operation)) {
            if (type === 'error') checkErrors(payload, operation);
            if (type === 'next' && payload.errors) checkErrors(payload.errors, operation);
          }
        }),
        { numRuns: Math.ceil(runs / 2) },
      );
      socket.close();
    },
    runs * 500,
  );

  it('leave nothing in the log', () => {
    expect(server.logged.filter(({ level }) => level === 'error' || Number(level) >= 50)).toEqual([]);
  });
});

/** One socket, and all that comes back for each operation before the answer to a question that is always answered. */
class SocketFuzzer {
  private readonly socket: WebSocket;
  readonly opened: Promise<void>;
  private count = 0;
  private messages: Json[] = [];
  private answered: () => void = () => {};
  private failed: (reason: Error) => void = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    this.socket.on('open', () => this.send({ type: 'connection_init' }));
    this.socket.on('close', (code) => this.failed(new Error(`The socket was closed with ${code}.`)));
    this.opened = new Promise((resolve) => this.socket.once('message', () => resolve()));
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.id === `operation-${this.count}`) this.messages.push(message);
      if (message.id === `question-${this.count}` && message.type === 'complete') this.answered();
    });
  }

  async run(payload: FuzzedOperation): Promise<Json[]> {
    this.count += 1;
    this.messages = [];
    const answered = new Promise<void>((resolve, reject) => {
      this.answered = resolve;
      this.failed = reject;
    });
    this.send({ id: `operation-${this.count}`, type: 'subscribe', payload });
    this.send({ id: `question-${this.count}`, type: 'subscribe', payload: { query: '{ __typename }' } });
    await answered;
    this.send({ id: `operation-${this.count}`, type: 'complete' });
    return this.messages;
  }

  close(): void {
    this.failed = () => {};
    this.socket.close();
  }

  private send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}
