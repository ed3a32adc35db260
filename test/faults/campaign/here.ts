import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBundle } from '../../../inference/bundle/open-bundle.js';
import { FileArtifactStore } from '../../../src/artifacts/artifact-store.js';
import type { Batching } from '../../../src/scheduler/ports.js';
import type { SchedulerOptions } from '../../../src/scheduler/scheduler.js';
import { MemoryRecorder, type Report } from '../../support/memory-recorder.js';
import { plainJob, plainScheduler } from '../../support/plain-scheduler.js';
import type { LoggedEvent, Outcome } from './outcomes.js';
import type { Request } from './requests.js';

export interface SchedulerHere {
  /** Resolves when that generation has ended. */
  run(id: string, request: Request, batching: Batching): Promise<Outcome>;
  stop(): Promise<void>;
}

/** The scheduler with real executors and the bundled model, in this process: for what cannot be chosen from outside of a server. */
export async function schedulerIn(
  folder: string,
  options: Pick<SchedulerOptions, 'devices' | 'policy' | 'executorEntry' | 'watchdog'>,
): Promise<SchedulerHere> {
  await mkdir(folder);
  const model = await openBundle('inference/models/toy');
  const recorder = new MemoryRecorder();
  const times = new Map<Report, number>();
  recorder.on = (report) => void times.set(report, Date.now());
  const scheduler = plainScheduler({
    ...options,
    catalog: () => ({ directory: model.directory, manifest: model.manifest }),
    workDirectory: join(folder, 'work'),
    recorder,
    artifacts: await FileArtifactStore.open(join(folder, 'artifacts')),
  });
  return {
    async run(generationId, { prompt, negativePrompt, settings }, batching) {
      scheduler.submit(plainJob({ generationId, model: 'toy', prompt, negativePrompt, settings, batching }));
      await recorder.end(generationId);
      return outcomeOf(generationId, settings.seed, recorder.of(generationId), times);
    },
    stop: () => scheduler.stop(),
  };
}

function outcomeOf(id: string, seed: number, reports: readonly Report[], times: ReadonlyMap<Report, number>): Outcome {
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
    id,
    seed,
    status: end?.type === 'succeeded' ? 'SUCCEEDED' : (end?.type ?? 'nothing').toUpperCase(),
    failure: end?.type === 'failed' ? end.failure.code : null,
    video: end?.type === 'succeeded' ? (end.artifacts.find(({ kind }) => kind === 'VIDEO')?.sha256 ?? null) : null,
    events,
  };
}
