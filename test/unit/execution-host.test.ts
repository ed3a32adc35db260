import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { ExecutorHost } from '../../src/execution/host.js';
import { ended } from '../support/command.js';
import { compiled } from '../support/compiled.js';

const entry = compiled('scripted-executor');
const log = pino({ level: 'silent' });
const hosts: ExecutorHost[] = [];
const pids: number[] = [];

function startHost(options: Partial<ConstructorParameters<typeof ExecutorHost>[0]> = {}): ExecutorHost {
  const device = { kind: 'CPU', threads: 1 } as const;
  const host = new ExecutorHost({
    device,
    workDirectory: '',
    log,
    entry,
    backoff: { firstMs: 1, mostMs: 5 },
    ...options,
  });
  hosts.push(host);
  return host;
}

/** One unit of the script; remembers the process that ran it. */
async function script(host: ExecutorHost, bundle: string, deadlineMs = 20_000) {
  const outcome = await host.run({ kind: 'load', bundle: `load=${bundle}`, component: 'vae' }, deadlineMs);
  if (host.pid !== undefined) pids.push(host.pid);
  return outcome;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const pid of pids.splice(0)) expect(() => process.kill(pid, 0), `process ${pid} is left`).toThrow('ESRCH');
});

test('starts nothing before there is something to do, and keeps what it started', async () => {
  const host = startHost();
  expect(host.pid).toBeUndefined();
  expect(await script(host, 'answer')).toEqual({
    ok: true,
    result: {},
    seconds: 0.5,
    peakBytes: 1,
    heldBytes: 1,
    leftBytes: 1,
  });
  const first = host.pid;
  await script(host, 'answer');
  expect(host.pid).toBe(first);
});

test('units asked for at once run one after the other', async () => {
  const host = startHost();
  const outcomes = await Promise.all(['answer', 'fail', 'answer'].map((bundle) => script(host, bundle)));
  expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
});

test('a failed unit leaves the executor in use', async () => {
  const host = startHost();
  await script(host, 'answer');
  const pid = host.pid;
  const outcome = await script(host, 'fail');
  expect(outcome).toMatchObject({ ok: false, lost: false, failure: { code: 'MODEL_LOAD_FAILED' } });
  expect(host.pid).toBe(pid);
});

test.each(['crash', 'exit'])('%s in a unit: DEVICE_LOST, then a new executor', async (how) => {
  const host = startHost();
  let losses = 0;
  host.onLost(() => losses++);
  await script(host, 'answer');
  const pid = host.pid;
  const outcome = await script(host, how);
  expect(outcome).toMatchObject({ ok: false, lost: true, failure: { code: 'DEVICE_LOST' } });
  if (!outcome.ok && how === 'crash') expect(outcome.failure.detail).toContain('something native gave way');
  expect(losses).toBe(1);
  expect(host.pid).toBeUndefined();
  expect((await script(host, 'answer')).ok).toBe(true);
  expect(host.pid).not.toBe(pid);
});

test('a unit over its deadline: killed, TIMED_OUT, then a new executor', async () => {
  const host = startHost();
  await script(host, 'answer');
  expect(await script(host, 'hang', 50)).toMatchObject({ ok: false, lost: true, failure: { code: 'TIMED_OUT' } });
  expect((await script(host, 'answer')).ok).toBe(true);
});

test('a unit that is answered in time while our own loop stands still keeps its executor', async () => {
  const workDirectory = mkdtempSync(join(tmpdir(), 'reelql-late-'));
  const host = startHost({ workDirectory });
  await script(host, 'answer');
  const { pid } = host;
  // What comes next in the loop are its timers, before anything is read.
  await new Promise(setImmediate);
  const outcome = script(host, 'answer-once', 50);
  // Sent by then, in this very turn of the loop.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  while (readdirSync(workDirectory).length === 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  expect((await outcome).ok).toBe(true);
  expect((await script(host, 'answer')).ok).toBe(true);
  expect(host.pid).toBe(pid);
  rmSync(workDirectory, { recursive: true });
});

test('an executor that falls silent between units is ended', async () => {
  const host = startHost({ times: { heartbeatMs: 20, silenceMs: 100 } });
  const lost = new Promise<void>((resolve) => host.onLost(resolve));
  await script(host, 'fall-silent');
  await lost;
  expect(host.pid).toBeUndefined();
});

test('one that cannot be started at all is a loss, not an exception', async () => {
  const host = startHost({ entry: { module: '/nowhere/executor.js', execArgv: [] } });
  const outcome = await script(host, 'answer');
  expect(outcome).toMatchObject({ ok: false, lost: true, failure: { code: 'DEVICE_LOST' } });
});

test('stop ends a hanging unit, and nothing starts after it', async () => {
  const host = startHost();
  await script(host, 'answer');
  const hanging = script(host, 'hang');
  const waiting = script(host, 'answer');
  await host.stop();
  expect((await hanging).ok).toBe(false);
  expect((await waiting).ok).toBe(false);
  expect((await script(host, 'answer')).ok).toBe(false);
});

test('stop while the executor is starting', async () => {
  const host = startHost();
  const outcome = script(host, 'answer');
  await host.stop();
  expect((await outcome).ok).toBe(false);
});

test('an executor ends by itself when its host process is killed', async () => {
  await ended([await orphan([])]);
});

test.runIf(process.platform === 'linux')('so does one that hangs in a unit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reelql-orphan-'));
  await ended([await orphan([folder])]);
  rmSync(folder, { recursive: true });
});

/** Pid of an executor whose host process has just been killed. */
async function orphan(args: string[]): Promise<number> {
  const helper = compiled('orphaning-host');
  const parent = fork(helper.module, args, { execArgv: [...helper.execArgv], serialization: 'advanced' });
  const pid = await new Promise<number>((resolve) => parent.once('message', (value) => resolve(value as number)));
  parent.kill('SIGKILL');
  return pid;
}
