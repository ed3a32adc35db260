import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice } from '../../src/execution/devices.js';
import { type ExecutorEntry, executorEntry } from '../../src/execution/executor-entry.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { StepScheduler } from '../../src/scheduler/scheduler.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import { compiled } from '../support/compiled.js';
import { MemoryRecorder, type Report } from '../support/memory-recorder.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { plainJob, plainScheduler } from '../support/plain-scheduler.js';

/** The short form of `npm run test:faults`: real executors, two devices, kills, moves, cancellations and restarts at random. */
let folder: string;
let model: InstalledModel;
let artifacts: FileArtifactStore;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-kills-'));
  model = await importMicroModel(folder);
  artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const executors: Readonly<Record<string, ExecutorEntry>> = {
  'executors that block': executorEntry(),
  'executors that begin steps ahead': compiled('native-executor'),
};

function start(recorder: MemoryRecorder, work: string, executorEntry: ExecutorEntry): StepScheduler {
  return plainScheduler({
    devices: [cpuDevice('one', 1), cpuDevice('two', 1)],
    catalog: () => model,
    workDirectory: join(folder, work),
    recorder,
    artifacts,
    executorEntry,
    hostOptions: { backoff: { firstMs: 10, mostMs: 50 } },
  });
}

const job = (id: number): Job =>
  plainJob({
    generationId: String(id),
    client: `client ${id % 2}`,
    model: 'wan-micro',
    prompt: `car ${id}`,
    settings: { ...sizes, guidanceScale: 5, guidanceRescale: 0, shift: 5, sampler: 'UNIPC', seed: id },
  });
const sizes = { width: 64, height: 64, frameCount: 9, fps: 8, steps: 8 };
const ids = [1, 2, 3];

function videoOf(end: Report): string {
  return end.type === 'succeeded' ? (end.artifacts[0]?.sha256 ?? '') : JSON.stringify(end);
}

/** Before which report of all, and what. A third loss without a step in between would end a generation, and rightly. */
const blow = fc.record({
  before: fc.integer({ min: 1, max: 40 }),
  what: fc.constantFrom('kill one', 'kill all', 'restart', 'urgent'),
});

const blows = fc
  .uniqueArray(blow, { selector: ({ before }) => before, maxLength: 4 })
  .filter((all) => all.filter(({ what }) => what.startsWith('kill')).length < 3);

let round = 0;
/** Of an undisturbed run, on executors that block. */
let videos: string[];

beforeAll(async () => {
  const recorder = new MemoryRecorder();
  const undisturbed = start(recorder, 'undisturbed', executorEntry());
  for (const id of ids) undisturbed.submit(job(id));
  videos = (await Promise.all(ids.map((id) => recorder.end(String(id))))).map(videoOf);
  await undisturbed.stop();
});

const claim = 'whatever strikes, every video is the one of an undisturbed run, and no log has a hole';
test.each(Object.keys(executors))(`${claim}: %s`, async (name) => {
  const entry = executors[name] as ExecutorEntry;
  await fc.assert(
    fc.asyncProperty(blows, async (blows) => {
      const work = `work ${round++}`;
      const recorder = new MemoryRecorder();
      let scheduler = start(recorder, work, entry);
      let reports = 0;
      let restarting: Promise<void> = Promise.resolve();
      const restart = async (): Promise<void> => {
        const old = scheduler;
        await old.stop();
        scheduler = start(recorder, work, entry);
        for (const id of ids) if (!isOver(recorder, id)) scheduler.submit(job(id));
      };
      recorder.on = () => {
        const number = ++reports;
        const what = blows.find(({ before }) => before === number)?.what;
        const processes = childProcesses('executor');
        if (what === 'kill all') for (const pid of processes) process.kill(pid, 'SIGKILL');
        if (what === 'kill one' && processes[0]) process.kill(processes[0], 'SIGKILL');
        if (what === 'urgent') scheduler.setPriority('3', 9);
        if (what === 'restart') restarting = restarting.then(restart);
      };
      for (const id of ids) scheduler.submit(job(id));
      const ends = await Promise.all(ids.map((id) => recorder.end(String(id))));
      await restarting;
      expect(ends.map(videoOf)).toEqual(videos);
      for (const id of ids) expectWholeLog(recorder.of(String(id)));
      await expect.poll(() => readdirSync(join(folder, work, 'checkpoints'))).toEqual([]);
      await scheduler.stop();
      expect(childProcesses()).toEqual([]);
      expect(readdirSync(join(folder, 'artifacts', 'staged'))).toEqual([]);
    }),
    { numRuns: 2, endOnFailure: true },
  );
});

function isOver(recorder: MemoryRecorder, id: number): boolean {
  return ['succeeded', 'failed', 'canceled'].includes(recorder.of(String(id)).at(-1)?.type ?? '');
}

/** One end, at the end; a step is reported again only after the log has said that it went on from before it. */
function expectWholeLog(reports: readonly Report[]): void {
  expect(reports.at(-1)?.type).toBe('succeeded');
  let step = 0;
  for (const report of reports) {
    if (report.type === 'resumed') step = report.fromStep;
    // Another server starts it again, where its checkpoint is.
    if (report.type === 'started') step = Number.NaN;
    if (report.type !== 'progressed' || !report.progress.preview) continue;
    if (!Number.isNaN(step)) expect(report.progress.step).toBe(step + 1);
    step = report.progress.step;
  }
}
