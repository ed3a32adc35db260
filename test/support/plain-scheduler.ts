import { pino } from 'pino';
import { systemClock } from '../../src/clock.js';
import type { Job } from '../../src/scheduler/ports.js';
import { type SchedulerOptions, StepScheduler } from '../../src/scheduler/scheduler.js';
import { defaultOutputs } from '../../src/video/outputs.js';
import { ffmpegVideoEncoder } from '../../src/video/video-encoder.js';

type Usual = 'clock' | 'log' | 'videoEncoder';

/** The real scheduler with the server's clock and encoder, without its log: for tests and benches that give it the rest. */
export function plainScheduler(options: Omit<SchedulerOptions, Usual> & Partial<SchedulerOptions>): StepScheduler {
  return new StepScheduler({
    clock: systemClock,
    log: pino({ level: 'silent' }),
    videoEncoder: ffmpegVideoEncoder(),
    ...options,
  });
}

/** A job of no particular client or urgency, by itself, from a text to an MP4, in all that is not said. */
export function plainJob(job: Pick<Job, 'generationId' | 'model' | 'prompt' | 'settings'> & Partial<Job>): Job {
  return {
    client: 'anyone',
    negativePrompt: '',
    priority: 0,
    createdAt: new Date(),
    batching: 'SOLO',
    outputs: defaultOutputs,
    firstFrame: null,
    continues: null,
    ...job,
  };
}
