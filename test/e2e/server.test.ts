import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Generation, type GenerationEvent, ReelQL } from '../../clients/sdk/src/index.js';
import { childProcesses, whileStopped } from '../support/child-processes.js';
import { Command, ended } from '../support/command.js';

/** Small enough to take a second or two. */
const quick = ['--width', '64', '--height', '64', '--frames', '5', '--steps', '4', '--seed', '3'];

/** A step of it is short, and 100 of them, the most there may be, are time enough to strike in between. */
const small = { width: 128, height: 96, frameCount: 9 };

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
  });

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
    expect(stderr).toMatch(/^guidanceScale 9\.5 is above 9/m);
  });

  it('resumes after kill -9: the generation finishes, its events have no hole and no repeat', async () => {
    const first = await serve('killed');
    const before = clientOf(first.url);
    const { id } = await before.generate({ prompt, settings: { ...small, steps: 100, seed: 5 } });
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
  });

  it('cancels a running generation before its next step', async () => {
    const { server, url } = await serve('cancel', { REELQL_LOG_LEVEL: 'debug' });
    const client = clientOf(url);
    try {
      const generation = await client.generate({ prompt, settings: { steps: 100 } });
      let last: GenerationEvent | undefined;
      let canceled: Generation | undefined;
      for await (const event of generation.events()) {
        last = event;
        if (canceled || event.__typename !== 'GenerationProgressed' || event.progress.step === 0) continue;
        // No step ends before the cancellation is recorded, however late we hear of the last one.
        canceled = await whileStopped(childProcesses('executor', server.pid), () => generation.cancel());
      }
      expect(canceled?.status).toBe('CANCELED');
      expect(last?.__typename).toBe('GenerationCanceled');
      // Less urgent: were there further steps of the other, they would all go first.
      await (await client.generate({ prompt, priority: -1, settings: { ...small, steps: 4 } })).result();
      const { stderr } = await server.kill('SIGTERM');
      const id = generation.id.replace('generation_', '');
      const taken = stderr.split('\n').filter((line) => line.includes('a step was taken') && line.includes(id));
      const told = canceled?.progress.step ?? 0;
      expect(taken.length).toBeGreaterThanOrEqual(told);
      // Of a run, no more than four reports wait to be written.
      expect(taken.length).toBeLessThanOrEqual(told + 4);
    } finally {
      await client.close();
    }
  });
});

describe('a generation by its commands', () => {
  it('is estimated, listed, shown, followed, made again, moved, canceled and deleted', async () => {
    const { url } = await serve('commands');
    const reelql = async (...args: string[]) => {
      const { code, stdout, stderr } = await run([...args, '--server', url]).finished;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    };
    const [detached] = await reelql('generate', prompt, ...quick, '--detach', '--format', 'gif,mp4');
    const followed = await reelql('watch', detached.id, '--out', 'watched.gif');
    expect(followed.at(-1)).toEqual({ id: detached.id, files: ['watched.gif', 'watched.mp4'] });
    expect((await readFile(join(folder, 'watched.gif'))).subarray(0, 6).toString()).toBe('GIF89a');
    expect(followed[0]).toMatchObject({ __typename: 'GenerationQueued' });

    const [estimate] = await reelql('estimate', ...quick);
    expect(estimate).toMatchObject({ settings: { width: 64, steps: 4 }, estimate: { basis: expect.any(String) } });
    const [listed] = await reelql('list', '--status', 'succeeded', '--contains', 'bouncing');
    const [shown] = await reelql('show', 'last');
    expect(listed).toEqual(shown);
    expect(shown).toMatchObject({ id: detached.id, prompt, settings: { seed: 3 } });
    expect((await reelql('devices'))[0]).toMatchObject({ id: 'device_cpu' });

    const retried = (await reelql('retry', 'last', '--out', 'again.gif')).at(-1);
    expect(retried).toMatchObject({ files: ['again.gif', 'again.mp4'], cached: false });
    expect(await reelql('queue', '--pause')).toMatchObject([{ paused: true, waiting: [] }]);
    const [waiting] = await reelql('generate', 'A cat', '--detach', '--priority', '-5');
    expect(await reelql('priority', waiting.id, '9')).toEqual([{ id: waiting.id, priority: 9 }]);
    expect(await reelql('queue')).toMatchObject([{ depth: 1, waiting: [{ id: waiting.id, priority: 9 }] }]);
    expect(await reelql('cancel', 'last')).toEqual([{ id: waiting.id, status: 'CANCELED' }]);
    expect(await reelql('delete', waiting.id)).toEqual([{ deletedId: waiting.id }]);
    const gone = await run(['show', waiting.id, '--server', url]).finished;
    expect(gone.code).toBe(3);
  });

  it('is made again in another format and a part of it, without being denoised again', async () => {
    const env = { REELQL_PORT: '1', REELQL_DATA_DIR: 'formats' };
    expect(await run(['generate', prompt, ...quick, '--out', 'first.mp4'], env).finished).toMatchObject({ code: 0 });
    const wanted = ['--format', 'webp', '--crop', '48x32+8+16', '--out', 'other'];
    const { code, stdout } = await run(['retry', 'last', ...wanted], env).finished;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ files: ['other.webp'], cached: false });
    const picture = await readFile(join(folder, 'other.webp'));
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 48, height: 32, pages: 5 });
    const phases = lines.flatMap(({ progress }) => progress?.phase ?? []);
    expect(phases).toContain('DECODING');
    expect(phases).not.toContain('DENOISING');
  });

  it('is made ahead from a list of prompts, once', async () => {
    const { url } = await serve('warm');
    const settings = JSON.stringify({ prompt: 'A fish', settings: { steps: 2, seed: 1 } });
    await writeFile(join(folder, 'prompts.txt'), `# hot\nA cat\n\n${settings}\n`);
    const warm = async () => {
      const { code, stdout } = await run(['cache', 'warm', 'prompts.txt', ...quick.slice(0, -2), '--server', url])
        .finished;
      expect(code).toBe(0);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    expect(await warm()).toMatchObject([
      { prompt: 'A cat', status: 'SUCCEEDED', cached: false },
      { prompt: 'A fish', status: 'SUCCEEDED', cached: false },
    ]);
    expect((await warm()).map(({ cached }) => cached)).toEqual([true, true]);
    const answered = await run(['generate', 'A cat', '--any-seed', ...quick.slice(0, -2), '--server', url]).finished;
    expect(JSON.parse(answered.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ cached: true });
  });

  it('ends with Ctrl-C, and goes on after two', async () => {
    const { url } = await serve('interrupted');
    const client = clientOf(url);
    try {
      const interrupted = async (seed: string, times: number) => {
        const command = run(['generate', prompt, '--steps', '100', '--seed', seed, '--server', url]);
        const [, id = ''] = await command.printed(/"generationId":"([^"]+)".*"step":1,/);
        command.interrupt(times);
        await command.printed(/^Canceling; Ctrl-C again leaves it running$/m, 'stderr');
        return { id, ...(await command.finished) };
      };
      const canceled = await interrupted('1', 1);
      expect(canceled).toMatchObject({ code: 130 });
      expect(await client.generations.get(canceled.id)).toMatchObject({ status: 'CANCELED' });
      const detached = await interrupted('2', 2);
      expect(detached).toMatchObject({
        code: 10,
        stderr: expect.stringContaining(`It goes on. npx reelql watch ${detached.id}\n`),
      });
      expect(await client.generations.get(detached.id)).toMatchObject({ status: 'RUNNING' });
    } finally {
      await client.close();
    }
  });
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
  });

  it('a second server on the same data', async () => {
    const { server } = await serve('shared');
    const result = await run(['serve', '--port', '0', '--data-dir', 'shared']).finished;
    expect(result.code).toBe(75);
    expect(result.stderr).toContain(`pid ${server.pid}`);
    // Commands on that folder find it, whatever its port.
    expect(await run(['queue'], { REELQL_DATA_DIR: 'shared' }).finished).toMatchObject({ code: 0, stderr: '' });
  });

  it('no ffmpeg: the generation fails, the server goes on', async () => {
    const env = { REELQL_FFMPEG: '/nonexistent/ffmpeg', REELQL_PORT: '1', REELQL_DATA_DIR: 'no-ffmpeg' };
    const result = await run(['generate', 'A cat', ...quick], env).finished;
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/ffmpeg.*\(ENCODER_FAILED\)/);
  });

  it('a broken model beside good ones, and as the default', async () => {
    await mkdir(join(folder, 'models/broken'), { recursive: true });
    await writeFile(join(folder, 'models/broken/bundle.json'), '{ "format": 1');
    const env = { REELQL_MODELS_DIR: 'models', REELQL_DATA_DIR: 'broken' };
    const { server } = await serve('broken', env);
    await server.kill('SIGTERM');
    const result = await run(['serve', '--port', '0'], { ...env, REELQL_DEFAULT_MODEL: 'broken' }).finished;
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^The default model "broken" cannot be used: .*bundle\.json/);
  });

  it('an option, a command and a server that there is none of', async () => {
    const mistakes: [string[], number, RegExp][] = [
      [['generate', 'A cat', '--sede', '3'], 2, /^There is no option --sede; perhaps --seed\./],
      [['generate', 'A', 'red', 'cat'], 2, /^“red cat” is too much: put quotes around/],
      [['generate', 'A cat', '--steps', 'many'], 2, /^--steps must be a number, not "many"/],
      [['list', '--status', 'done'], 2, /^--status must be of queued, running, /],
      [['generate', 'A cat', '--image', 'no.png'], 3, /^There is no file no\.png\.$/m],
      [['cache', 'warm', '.'], 2, /^\. cannot be read \(EISDIR\)/],
      [['genrate'], 2, /^Unknown command genrate/],
      [['list', '--server', 'http://127.0.0.1:9'], 69, /^No ReelQL server answers at http:\/\/127\.0\.0\.1:9/],
    ];
    for (const [args, code, message] of mistakes) {
      const result = await run(args, { REELQL_DATA_DIR: 'mistakes', REELQL_PORT: '1' }).finished;
      expect(result).toMatchObject({ code, stdout: '' });
      expect(result.stderr).toMatch(message);
    }
  });

  it('settings out of range, with what is allowed', async () => {
    const env = { REELQL_PORT: '1', REELQL_DATA_DIR: 'range' };
    const result = await run(['generate', 'car '.repeat(2000), '--width', '100', '--steps', '0'], env).finished;
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/prompt: /);
    expect(result.stderr).toMatch(/settings\.width: .*96/);
    expect(result.stderr).toMatch(/settings\.steps: /);
  });
});
