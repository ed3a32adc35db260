/** Everything at once for a while, and what the server's memory does meanwhile: SOAK_SECONDS=600 npm run bench:api soak */
import { setTimeout as pause } from 'node:timers/promises';
import { ResumingFollower } from '../../support/resuming-follower.js';
import { BenchedServer } from './api-server.js';
import { print, table } from './table.js';

const seconds = Number(process.env.SOAK_SECONDS ?? 30);
const samples = 10;
const users = 20;

const create = /* GraphQL */ `
  mutation ($input: CreateGenerationInput!) {
    createGeneration(input: $input) { ... on CreateGenerationSuccess { generation { id } } }
  }
`;
const history =
  '{ generations(first: 20) { totalCount edges { node { id status progress { fraction preview { data } } } } } }';

interface Created {
  readonly createGeneration: { readonly generation: { readonly id: string } };
}

/** One user's day in short: make a video, watch it, with a connection that breaks every third time, look at the history. */
async function use(server: BenchedServer, round: number): Promise<void> {
  const { createGeneration } = await server.graphql<Created>(create, { input: { prompt: `boat ${round}` } });
  const follower = new ResumingFollower(server.url, createGeneration.generation.id);
  if (round % 3 === 0) {
    await follower.saw(3);
    follower.terminate();
  }
  await follower.completed;
  const expected = follower.sequences.map((_, index) => index + 1);
  if (follower.sequences.join() !== expected.join()) throw new Error(`Events were ${follower.sequences}.`);
  await follower.dispose();
  await server.graphql(history, {});
}

export async function benchSoak(): Promise<void> {
  print(`Soak: ${users} users, ${seconds} s\n`);
  const server = await BenchedServer.start();
  await server.order({ kind: 'work' });
  let rounds = 0;
  let over = false;
  const all = Array.from({ length: users }, async () => {
    while (!over) await use(server, rounds++);
  });
  const rows: string[][] = [];
  for (let sample = 1; sample <= samples; sample++) {
    await pause((seconds * 1000) / samples);
    const bytes = await server.order<number>({ kind: 'memory' });
    rows.push([((seconds * sample) / samples).toFixed(0), String(rounds), (bytes / 1e6).toFixed(1)]);
  }
  over = true;
  await Promise.all(all);
  await server.end();
  print(table(['seconds', 'generations', 'MB held'], rows));
  print('\n');
}
