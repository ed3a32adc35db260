/** Requests a second: pages of a history of 100,000 generations, and mutations while the queue stands still. */
import { BenchedServer } from './api-server.js';
import { print, table } from './table.js';

const seconds = Number(process.env.SECONDS ?? 4);
const connections = 16;

const page = /* GraphQL */ `
  query ($first: Int, $after: String, $filter: GenerationFilter) {
    generations(first: $first, after: $after, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      edges { node {
        id status prompt createdAt modelName
        settings { width height frameCount steps seed }
        progress { phase fraction }
        artifacts { kind url mimeType }
      } }
    }
  }
`;
const create = /* GraphQL */ `
  mutation ($input: CreateGenerationInput!) {
    createGeneration(input: $input) { ... on CreateGenerationSuccess { generation { id status } } }
  }
`;

/** As many requests as come back in time, from some clients at once. */
async function measure(name: string, server: BenchedServer, request: (count: number) => Promise<unknown>) {
  const milliseconds: number[] = [];
  let count = 0;
  await request(count++);
  await server.order({ kind: 'cpu' });
  const began = performance.now();
  const client = async () => {
    while (performance.now() - began < seconds * 1000) {
      const sent = performance.now();
      await request(count++);
      milliseconds.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const elapsed = (performance.now() - began) / 1000;
  const cpu = await server.order<number>({ kind: 'cpu' });
  milliseconds.sort((a, b) => a - b);
  const at = (quantile: number) => `${milliseconds[Math.floor(milliseconds.length * quantile)]?.toFixed(1)} ms`;
  const each = `${((cpu * 1000) / milliseconds.length).toFixed(2)} ms`;
  return [name, (milliseconds.length / elapsed).toFixed(0), at(0.5), at(0.99), each];
}

export async function benchRequests(): Promise<void> {
  print(`Requests: ${connections} clients, ${seconds} s a row\n`);
  const server = await BenchedServer.start();
  await server.graphql(create, { input: { prompt: 'the first' } });
  await server.order({ kind: 'seed', count: 100_000 });
  const { generations } = await server.graphql<{ generations: { pageInfo: { endCursor: string } } }>(page, {
    filter: { createdBefore: '2025-12-01T00:00:00Z' },
  });
  const after = generations.pageInfo.endCursor;
  const pages = (variables: object) => () => server.graphql(page, variables);
  const rows = [
    await measure('{ __typename }', server, () => server.graphql('{ __typename }', {})),
    await measure('page of 20, newest', server, pages({ first: 20 })),
    await measure('page of 20, in the middle', server, pages({ first: 20, after })),
    await measure('page of 20, failed', server, pages({ first: 20, filter: { status: ['FAILED'] } })),
    await measure(
      'page of 20, of a day',
      server,
      pages({ first: 20, filter: { createdBefore: '2025-12-01T00:00:00Z' } }),
    ),
    await measure('page of 20, by a word', server, pages({ first: 20, filter: { promptContains: 'boat' } })),
    await measure('page of 100, newest', server, pages({ first: 100 })),
    await measure('createGeneration', server, (count) =>
      server.graphql(create, { input: { prompt: `boat ${count}` } }),
    ),
  ];
  await server.end();
  print(table(['100,000 generations', 'requests/s', 'median', 'p99', 'server CPU each'], rows));
  print('\n');
}
