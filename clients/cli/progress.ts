import cliProgress, { type Bar } from 'cli-progress';
import type { EventData, ProgressData } from './operations.js';
import { onStderr } from './style.js';

/** Shows how a generation goes. */
export interface ProgressView {
  event(event: EventData): void;
  stop(): void;
}

const phaseNames: Readonly<Record<string, string>> = {
  WAITING: 'Waiting',
  LOADING: 'Loading model',
  ENCODING_TEXT: 'Reading prompt',
  DENOISING: 'Denoising',
  DECODING: 'Decoding',
  ENCODING_VIDEO: 'Writing MP4',
  DONE: 'Done',
};

/** A bar on a terminal (standard error, so that standard output can go into a pipe): phase, step n/N, share done, seconds left. */
export class ProgressBar implements ProgressView {
  private readonly bar: Bar = new cliProgress.SingleBar({
    format: (options, params, payload) =>
      `${onStderr.cyan(cliProgress.Format.BarFormat(params.progress, options))} ${String(Math.round(params.progress * 100)).padStart(3)} %  ${payload.label}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    hideCursor: true,
    gracefulExit: false,
  });

  constructor() {
    this.bar.start(1, 0, { label: phaseNames.WAITING });
  }

  event(event: EventData): void {
    if (event.__typename === 'GenerationQueued' && event.position > 1) {
      this.bar.update({ label: `Waiting, number ${event.position} in the queue` });
    }
    if (event.__typename === 'GenerationProgressed') {
      this.bar.update(event.progress.fraction, { label: describe(event.progress) });
    }
    if (event.__typename === 'GenerationSucceeded') this.bar.update(1, { label: phaseNames.DONE });
  }

  stop(): void {
    this.bar.stop();
  }
}

/** One JSON object a line, as the events come: for pipes and scripts. Previews are left out, they would drown the rest. */
export class JsonLines implements ProgressView {
  event(event: EventData): void {
    const line = JSON.stringify(event, (key, value) => (key === 'preview' ? undefined : value));
    process.stdout.write(`${line}\n`);
  }

  stop(): void {}
}

/** Lines for a log: one a phase and every fifth step. */
export class PlainLines implements ProgressView {
  private last = '';

  event(event: EventData): void {
    if (event.__typename !== 'GenerationProgressed') return;
    const { phase, step, totalSteps } = event.progress;
    const milestone = `${phase} ${step === totalSteps ? step : Math.floor(step / 5)}`;
    if (milestone === this.last) return;
    this.last = milestone;
    process.stdout.write(
      `${String(Math.round(event.progress.fraction * 100)).padStart(3)} %  ${describe(event.progress)}\n`,
    );
  }

  stop(): void {}
}

export function describe(progress: ProgressData): string {
  const phase = phaseNames[progress.phase] ?? progress.phase;
  const step = progress.phase === 'DENOISING' ? `, step ${progress.step}/${progress.totalSteps}` : '';
  const left = progress.secondsRemaining === null ? '' : `, ${remaining(progress.secondsRemaining)} left`;
  return `${phase}${step}${progress.phase === 'DONE' ? '' : left}`;
}

function remaining(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
