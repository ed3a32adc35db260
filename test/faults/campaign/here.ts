import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { openBundle } from '../../../inference/bundle/open-bundle.js';
import { FileArtifactStore } from '../../../src/artifacts/artifact-store.js';
import { systemClock } from '../../../src/clock.js';
import type { Batching } from '../../../src/scheduler/ports.js';
import { type SchedulerOptions, StepScheduler } from '../../../src/scheduler/scheduler.js';
import { defaultOutputs } from '../../../src/video/outputs.js';
import { ffmpegVideoEncoder } from '../../../src/video/video-encoder.js';
import { MemoryRecorder, type Report } from '../../support/memory-recorder.js';
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
  const scheduler = new StepScheduler({
    ...options,
    catalog: () => ({ directory: model.directory, manifest: model.manifest }),
    workDirectory: join(folder, 'work'),
    recorder,
    artifacts: await FileArtifactStore.open(join(folder, 'artifacts')),
    videoEncoder: ffmpegVideoEncoder(),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  return {
    async run(generationId, { prompt, negativePrompt, settings }, batching) {
      scheduler.submit({
        ...{ generationId, prompt, negativePrompt, settings, batching },
        client: 'anyone',
        model: 'toy',
        priority: 0,
        createdAt: new Date(),
        outputs: defaultOutputs,
        firstFrame: null,
        continues: null,
      });
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
