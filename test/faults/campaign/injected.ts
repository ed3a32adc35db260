import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { openBundle } from '../../../inference/bundle/open-bundle.js';
import { FileArtifactStore } from '../../../src/artifacts/artifact-store.js';
import { systemClock } from '../../../src/clock.js';
import { cpuDevice } from '../../../src/execution/devices.js';
import type { UnitKind } from '../../../src/execution/protocol.js';
import type { Job } from '../../../src/scheduler/ports.js';
import { StepScheduler } from '../../../src/scheduler/scheduler.js';
import { defaultWatchdog } from '../../../src/scheduler/watchdog.js';
import { defaultOutputs } from '../../../src/video/outputs.js';
import { ffmpegVideoEncoder } from '../../../src/video/video-encoder.js';
import { type Fault, faultyEntry } from '../../support/faults.js';
import { MemoryRecorder, type Report } from '../../support/memory-recorder.js';
import { pick, type Random } from '../../support/random.js';
import type { Campaign, Part } from './campaign.js';
import { judge, type LoggedEvent, type Outcome } from './outcomes.js';
import { type Request, requests } from './requests.js';

const units: readonly UnitKind[] = ['load', 'encode-text', 'open', 'step', 'decode'];

/** Bad luck at a random unit: memory that runs out once or twice, or a unit that never ends. */
export async function injectFaults(campaign: Campaign, count: number): Promise<Part[]> {
  const memory = await inject(campaign, 'out of memory', count, (random) => {
    return { what: 'out-of-memory', unit: unitOf(random), after: pick(random, 6), times: 1 + pick(random, 2) };
  });
  const stalls = await inject(campaign, 'executors stalled', Math.ceil(count / 8), (random) => {
    return { what: 'stall', unit: unitOf(random), after: pick(random, 6), times: 1, late: random() < 0.5 };
  });
  return [memory, stalls];
}

function unitOf(random: Random): UnitKind {
  return units[pick(random, units.length)] as UnitKind;
}

async function inject(
  { folder, random, say }: Campaign,
  name: string,
  count: number,
  fault: (random: Random) => Fault,
): Promise<Part> {
  // Not the server's: there the settings stand in another order in the file's metadata.
  const calm = await runWith({ what: 'stall', times: 0 }, join(folder, `${name}, none`));
  const undisturbed = new Map(calm.map(({ seed, video }) => [seed, video ?? 'none']));
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count; i++) {
    const luck = fault(random);
    const found = await runWith(luck, join(folder, `${name} ${i}`));
    outcomes.push(...found);
    const late = luck.late ? ', when it was done' : '';
    const failures = found.flatMap(({ failure }) => failure ?? []).join(', ');
    say(`${name}: ${luck.unit}, after ${luck.after}, ${luck.times}×${late} ${failures}`.trimEnd());
  }
  return { name, done: `${count} faults`, verdict: judge(outcomes, undisturbed) };
}

/** All requests at once, on a scheduler whose executors have this fault. */
async function runWith(fault: Fault, folder: string): Promise<Outcome[]> {
  await mkdir(folder);
  const model = await openBundle('inference/models/toy');
  const recorder = new MemoryRecorder();
  const times = new Map<Report, number>();
  recorder.on = (report) => void times.set(report, Date.now());
  const scheduler = new StepScheduler({
    devices: [cpuDevice()],
    catalog: () => ({ directory: model.directory, manifest: model.manifest }),
    workDirectory: join(folder, 'work'),
    recorder,
    artifacts: await FileArtifactStore.open(join(folder, 'artifacts')),
    videoEncoder: ffmpegVideoEncoder(),
    clock: systemClock,
    log: pino({ level: 'silent' }),
    executorEntry: faultyEntry([fault]),
    // The server waits for two minutes at least; here a unit takes a fraction of a second.
    watchdog: { ...defaultWatchdog, leastSeconds: 15 },
  });
  try {
    for (const request of requests) scheduler.submit(jobOf(request));
    await Promise.all(requests.map(({ settings }) => recorder.end(`${settings.seed}`)));
  } finally {
    await scheduler.stop();
  }
  return requests.map(({ settings: { seed } }) => outcomeOf(seed, recorder.of(`${seed}`), times));
}

function jobOf({ prompt, negativePrompt, settings }: Request): Job {
  return {
    generationId: `${settings.seed}`,
    client: 'anyone',
    model: 'toy',
    prompt,
    negativePrompt,
    settings,
    priority: 0,
    createdAt: new Date(),
    batching: 'SOLO',
    outputs: defaultOutputs,
    firstFrame: null,
    continues: null,
  };
}

function outcomeOf(seed: number, reports: readonly Report[], times: ReadonlyMap<Report, number>): Outcome {
  const end = reports.at(-1);
  const events = reports.map(
    (report, i): LoggedEvent => ({
      sequence: i + 1,
      type: `Generation${report.type[0]?.toUpperCase()}${report.type.slice(1)}`,
      at: times.get(report) ?? Number.NaN,
      step: report.type === 'progressed' ? report.progress.step : null,
      fromStep: report.type === 'resumed' ? report.fromStep : null,
    }),
  );
  return {
    id: `${seed}`,
    seed,
    status: end?.type === 'succeeded' ? 'SUCCEEDED' : (end?.type ?? 'nothing').toUpperCase(),
    failure: end?.type === 'failed' ? end.failure.code : null,
    video: end?.type === 'succeeded' ? (end.artifacts.find(({ kind }) => kind === 'VIDEO')?.sha256 ?? null) : null,
    events,
  };
}
