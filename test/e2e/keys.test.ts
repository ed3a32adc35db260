import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Command } from '../support/command.js';

let folder: string;
const running: Command[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-keys-'));
});
afterEach(async () => {
  for (const command of running.splice(0)) await command.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true }));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
  const command = new Command('main', args, { cwd: folder, env: { REELQL_LOG_LEVEL: 'info', ...env } });
  running.push(command);
  return command;
}

it('makes, lists and revokes keys, before there is a server and beside one', async () => {
  // No database yet: the first key makes it.
  const created = await run([
    'keys',
    'create',
    '--name',
    'Ana',
    '--role',
    'creator',
    '--max-per-day',
    '5',
    '--weight',
    '2',
  ]).finished;
  expect(created.code).toBe(0);
  const { secret, id } = JSON.parse(created.stdout);
  expect(secret).toMatch(/^rql_[\w-]{43}$/);
  expect(created.stderr).not.toContain(secret);

  const server = run(['serve', '--port', '0', '--auth', 'keys']);
  const [, url = ''] = await server.printed(/page +(http:\S+)/);
  const status = async (key: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{ queue { depth } }"}' })).status;
  };
  expect(await status(secret)).toBe(200);

  const second = JSON.parse((await run(['keys', 'create', '--name', 'Bo', '--role', 'ADMIN']).finished).stdout);
  expect(await status(second.secret)).toBe(200);
  const listed = (await run(['keys', 'list']).finished).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(listed).toMatchObject([
    { id, name: 'Ana', role: 'CREATOR', prefix: secret.slice(0, 10), maxPerDay: 5, weight: 2, revokedAt: null },
    { name: 'Bo', role: 'ADMIN', maxPerDay: null, weight: 1 },
  ]);
  expect(JSON.stringify(listed)).not.toContain(secret);

  expect((await run(['keys', 'revoke', 'nobody']).finished).code).toBe(2);
  expect((await run(['keys', 'revoke', secret.slice(0, 10)]).finished).code).toBe(0);
  await expect.poll(() => status(secret)).toBe(401);
  expect(await status(second.secret)).toBe(200);
  const { stderr } = await server.kill('SIGTERM');
  for (const key of [secret, second.secret]) expect(stderr + server.stdout).not.toContain(key);
});

it('says what is wrong with a wish for a key', async () => {
  for (const [wrong, expected] of [
    [['--name', 'x', '--role', 'boss'], /viewer, creator or admin/],
    [['--name', ' ', '--role', 'admin'], /1 to 100 characters/],
    [['--name', 'x', '--role', 'admin', '--max-queued', '0'], /whole number from 1/],
    [['--name', 'x', '--role', 'admin', '--weight', '0'], /from 0.1 to 100/],
  ] as const) {
    const { code, stderr } = await run(['keys', 'create', ...wrong]).finished;
    expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
  }
});

it('does not listen on the network without authentication, unless told so', async () => {
  const refused = await run(['serve', '--host', '0.0.0.0', '--port', '0', '--data-dir', 'open']).finished;
  expect([refused.code, refused.stderr]).toEqual([78, expect.stringMatching(/--auth keys.*WITHOUT_AUTH=true/)]);
  const told = run(['serve', '--host', '0.0.0.0', '--port', '0', '--data-dir', 'open'], {
    REELQL_SERVE_NETWORK_WITHOUT_AUTH: 'true',
  });
  await told.printed(/page +(http:\S+)/);
});
