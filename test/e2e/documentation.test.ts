import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSchema, type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ReelQL } from '../../clients/sdk/src/index.js';
import { Command } from '../support/command.js';
import { graphql, type Json } from '../support/graphql-client.js';
import { type Block, blocksOf } from '../support/markdown-blocks.js';
import { plainEnvironment } from '../support/plain-environment.js';
import { installSdk, run, userTsconfig } from '../support/sdk-package.js';

const documented = 'http://127.0.0.1:4000';
const documentedWebhook = 'https://example.com/reelql';

let folder: string;
let server: Command;
let url: string;
let client: ReelQL;
let receiver: Server;
const received: { headers: IncomingHttpHeaders; body: Json }[] = [];
/** The generation that the first example makes. */
let finished: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-docs-'));
  const env = { REELQL_LOG_LEVEL: 'silent', REELQL_WEBHOOK_ALLOW_PRIVATE: 'true' };
  server = new Command('main', ['serve', '--port', '0', '--data-dir', 'var'], { cwd: folder, env });
  [, url = ''] = await server.printed(/page +(http:\S+)/);
  client = new ReelQL({ url, webSocket: WebSocket });
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  await installSdk(folder);
  const picture = sharp({ create: { width: 96, height: 64, channels: 3, background: 'teal' } });
  await picture.png().toFile(join(folder, 'first.png'));
  await mkdir(join(folder, 'bin'));
  await writeFile(
    join(folder, 'bin/npx'),
    `#!/bin/sh\nshift\nexec node '${resolve('dist/clients/cli/main.js')}' "$@"\n`,
  );
  await chmod(join(folder, 'bin/npx'), 0o755);
});

afterAll(async () => {
  await client.close();
  await server.kill('SIGTERM');
  await new Promise((closed) => receiver.close(closed));
  await rm(folder, { recursive: true });
});

/** The same text for the server and the receiver that there are. */
function here(text: string): string {
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/reelql`;
  return text
    .replaceAll(documented, url)
    .replaceAll(documented.replace('http', 'ws'), url.replace('http', 'ws'))
    .replaceAll(documentedWebhook, webhook);
}

/** Small enough to be in nobody's way. */
const tiny = { width: 64, height: 64, frameCount: 5 };

/** A generation for an example to work on. */
async function exampleId(name: string): Promise<string> {
  if (['Watch', 'One', 'Star', 'Several'].includes(name)) return finished;
  const { id } = await client.generate({ prompt: `for ${name}`, settings: { ...tiny, steps: 50 } });
  if (!['Urgent', 'Stop'].includes(name)) await client.generations.cancel(id);
  return id;
}

async function variablesOf({ name, variableDefinitions = [] }: OperationDefinitionNode): Promise<Json> {
  const wanted = variableDefinitions.map(({ variable }) => variable.name.value);
  const operation = name?.value ?? '';
  const variables: Json = {};
  if (wanted.includes('id')) variables.id = await exampleId(operation);
  if (wanted.includes('ids')) variables.ids = [await exampleId(operation), 'model_toy', 'device_cpu'];
  if (wanted.includes('input')) variables.input = { prompt: 'a car', settings: { steps: 4 } };
  if (wanted.includes('uploadId')) {
    variables.uploadId = (await client.upload(new Uint8Array(readFileSync(join(folder, 'first.png'))))).id;
  }
  return variables;
}

/** Executes a document; of a subscription the events to its end, or the first one where there is none. */
async function execute(query: string, operation: OperationDefinitionNode): Promise<Json[]> {
  const variables = await variablesOf(operation);
  if (operation.operation !== 'subscription') {
    const { data, errors } = await graphql(url, query, variables);
    expect(errors).toBeUndefined();
    return [data];
  }
  const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const results: Json[] = [];
  for await (const { data, errors } of socket.iterate<Json>({ query, variables })) {
    expect(errors).toBeUndefined();
    results.push(data);
    if (!('generationEvents' in (data as object))) break;
  }
  await socket.dispose();
  return results;
}

function rootFields({ selectionSet }: OperationDefinitionNode): string[] {
  return selectionSet.selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []));
}

const executed = new Set<string>();

async function runGraphql({ text }: Block): Promise<void> {
  const document: DocumentNode = parse(here(text));
  const operation = document.definitions[0] as OperationDefinitionNode;
  const results = await execute(here(text), operation);
  expect(results.length).toBeGreaterThan(0);
  for (const field of rootFields(operation)) {
    executed.add(field);
    for (const result of results) {
      expect(result[field]).not.toBeNull();
      if (operation.operation === 'mutation') expect(result[field].__typename ?? 'Success').toMatch(/Success$/);
    }
  }
  const [{ createGeneration }] = results;
  finished ??= createGeneration?.generation.id;
  if (operation.name?.value === 'Make') await client.generations.result(finished);
  if (operation.name?.value === 'Watch') expect(results.at(-1).generationEvents.artifacts).toHaveLength(3);
}

async function runShell({ text }: Block): Promise<void> {
  const env = {
    ...plainEnvironment(),
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    REELQL_PORT: new URL(url).port,
    REELQL_DATA_DIR: join(folder, 'var'),
  };
  const { stdout } = await run('bash', ['-euc', here(text)], { cwd: folder, env });
  expect(stdout).not.toBe('');
}

async function runTypeScript({ text, place }: Block): Promise<void> {
  const file = `${place.replace(/\W/g, '-')}.ts`;
  await writeFile(join(folder, file), here(text));
  const loader = resolve('test/support/typescript-loader.mjs');
  const args = ['--import', loader, file, finished];
  const { stdout, stderr } = await run('node', args, { cwd: folder, env: plainEnvironment() });
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
}

const runners: Readonly<Record<string, (block: Block) => Promise<void>>> = {
  graphql: runGraphql,
  sh: runShell,
  ts: runTypeScript,
};

function runAll(path: string, skipped: RegExp = /^$/): void {
  const blocks = blocksOf(path).filter(({ language, text }) => language in runners && !skipped.test(text));
  it.each(blocks.map((block) => [block.place, block] as const))('%s', (_place, block) =>
    (runners[block.language] as (block: Block) => Promise<void>)(block),
  );
}

describe('the examples of the API', () => {
  runAll('docs/api.md');

  it('have every operation of the schema', () => {
    const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    expect([...executed].sort()).toEqual(roots.flatMap((type) => Object.keys(type?.getFields() ?? {})).sort());
  });

  it('have told the webhook, signed', async () => {
    await expect.poll(() => received.length).toBeGreaterThan(0);
    const [{ headers, body }] = received as [(typeof received)[number]];
    expect(headers['webhook-signature']).toMatch(/^v1,/);
    expect(body).toMatchObject({ type: 'generation.succeeded', data: { prompt: 'A blue fish in a coral reef' } });
  });
});

describe("the SDK's page", () => {
  runAll('clients/sdk/README.md', /^npm install/);

  it('compiles as strictly as can be', async () => {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(userTsconfig));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await expect(run('npx', ['tsc', '-p', folder])).resolves.toMatchObject({ stdout: '' });
  });
});

describe('the README', () => {
  runAll('README.md', /npm (ci|run)|models import|reelql serve/);
});
