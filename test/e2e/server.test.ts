import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type GenerationEvent, ReelQL } from '../../clients/sdk/src/index.js';
import { childProcesses } from '../support/child-processes.js';
import { Command, ended } from '../support/command.js';

/** Small enough to take a second or two. */
const quick = ['--width', '64', '--height', '64', '--frames', '5', '--steps', '4', '--seed', '3'];

let folder: string;
const running: Command[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-e2e-'));
});
afterEach(async () => {
  for (const command of running.splice(0)) await command.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true }));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
  const command = new Command('main', args, { cwd: folder, env: { REELQL_LOG_LEVEL: 'silent', ...env } });
  running.push(command);
  return command;
}

async function serve(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<{ server: Command; url: string }> {
  const server = run(['serve', '--port', '0', '--data-dir', dataDir], env);
  const [, url = ''] = await server.printed(/page +(http:\S+)/);
  return { server, url };
}

function clientOf(url: string): ReelQL {
  return new ReelQL({ url, webSocket: WebSocket });
}

const prompt = 'A green ball bouncing in the forest';

describe('npx reelql', () => {
  it('serves, generates the same bytes for the same seed, and leaves no process behind', async () => {
    const { server, url } = await serve('same-seed');
    const videos: string[] = [];
    for (const name of ['a.mp4', 'b.mp4']) {
      const result = await run(['generate', 'A blue fish in a coral reef', ...quick, '--out', name, '--server', url])
        .finished;
      expect(result).toMatchObject({ code: 0, stderr: '' });
      videos.push(
        createHash('sha256')
          .update(await readFile(join(folder, name)))
          .digest('hex'),
      );
    }
    expect(videos[0]).toBe(videos[1]);
    const executors = childProcesses('', server.pid);
    expect(executors.length).toBeGreaterThan(0);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    await ended(executors);
  }, 90_000);

  it('prints events as JSON lines, with what was adjusted on stderr', async () => {
    const args = ['generate', 'A cat', ...quick, '--frames', '7', '--guidance', '9.5', '--json', '--out', 'c.mp4'];
    const { code, stdout, stderr } = await run(args, { REELQL_PORT: '1', REELQL_DATA_DIR: 'json' }).finished;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ __typename: 'GenerationQueued', sequence: 1 });
    expect(lines.map((line) => line.sequence).slice(0, -1)).toEqual(lines.slice(0, -1).map((_, i) => i + 1));
    expect(lines.at(-1)).toMatchObject({ video: 'c.mp4' });
    expect(stderr).toMatch(/frameCount: 7 → 5/);
    expect(stderr).toMatch(/guidanceScale: .*9/);
  }, 60_000);

  it('resumes after kill -9: the generation finishes, its events have no hole and no repeat', async () => {
    const first = await serve('killed');
    const before = clientOf(first.url);
    const { id } = await before.generate({ prompt, settings: { steps: 12, seed: 5 } });
    const seen: GenerationEvent[] = [];
    for await (const event of before.generations.events(id)) {
      seen.push(event);
      if (event.__typename === 'GenerationProgressed' && event.progress.step === 2) break;
    }
    const executors = childProcesses('', first.server.pid);
    await first.server.kill('SIGKILL');
    await before.close();
    await ended(executors);

    const second = await serve('killed');
    const after = clientOf(second.url);
    try {
      for await (const event of after.generations.events(id, { after: seen.at(-1)?.sequence })) seen.push(event);
      expect(seen.map((event) => event.sequence)).toEqual(seen.map((_, i) => i + 1));
      expect(seen.map((event) => event.__typename)).toContain('GenerationResumed');
      expect(seen.at(-1)?.__typename).toBe('GenerationSucceeded');
    } finally {
      await after.close();
    }
  }, 120_000);

  it('cancels a running generation before its next step', async () => {
    const { url } = await serve('cancel');
    const client = clientOf(url);
    try {
      const generation = await client.generate({ prompt, settings: { steps: 100 } });
      const types: string[] = [];
      for await (const event of generation.events()) {
        types.push(event.__typename);
        if (event.__typename === 'GenerationProgressed' && event.progress.step === 1 && !types.includes('canceling')) {
          types.push('canceling');
          await generation.cancel();
        }
      }
      expect(types.at(-1)).toBe('GenerationCanceled');
      // At most the step under way and its report were still on their way.
      expect(types.length - types.indexOf('canceling')).toBeLessThanOrEqual(4);
    } finally {
      await client.close();
    }
  }, 60_000);
});

describe('what is wrong is said in one sentence', () => {
  it('a port in use', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const { port } = taken.address() as { port: number };
    try {
      const result = await run(['serve', '--port', String(port), '--data-dir', 'port']).finished;
      expect(result.code).toBe(69);
      expect(result.stderr).toMatch(new RegExp(`^Port ${port} on 127.0.0.1 is in use`));
    } finally {
      await new Promise((closed) => taken.close(closed));
    }
  }, 30_000);

  it('a second server on the same data', async () => {
    const { server } = await serve('shared');
    const result = await run(['serve', '--port', '0', '--data-dir', 'shared']).finished;
    expect(result.code).toBe(75);
    expect(result.stderr).toContain(`pid ${server.pid}`);
  }, 30_000);

  it('no ffmpeg: the generation fails, the server goes on', async () => {
    const env = { REELQL_FFMPEG: '/nonexistent/ffmpeg', REELQL_PORT: '1', REELQL_DATA_DIR: 'no-ffmpeg' };
    const result = await run(['generate', 'A cat', ...quick], env).finished;
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/ffmpeg.*\(ENCODER_FAILED\)/);
  }, 60_000);

  it('a broken model beside good ones, and as the default', async () => {
    await mkdir(join(folder, 'models/broken'), { recursive: true });
    await writeFile(join(folder, 'models/broken/bundle.json'), '{ "format": 1');
    const env = { REELQL_MODELS_DIR: 'models', REELQL_DATA_DIR: 'broken' };
    const { server } = await serve('broken', env);
    await server.kill('SIGTERM');
    const result = await run(['serve', '--port', '0'], { ...env, REELQL_DEFAULT_MODEL: 'broken' }).finished;
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^The default model "broken" cannot be used: .*bundle\.json/);
  }, 30_000);

  it('settings out of range, with what is allowed', async () => {
    const env = { REELQL_PORT: '1', REELQL_DATA_DIR: 'range' };
    const result = await run(['generate', '', '--width', '100', '--steps', '0'], env).finished;
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/prompt: /);
    expect(result.stderr).toMatch(/settings\.width: .*96/);
    expect(result.stderr).toMatch(/settings\.steps: /);
  }, 30_000);
});
