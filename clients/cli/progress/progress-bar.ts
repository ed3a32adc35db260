import cliProgress, { type Bar } from 'cli-progress';
import type { GenerationEvent } from '../../sdk/src/index.js';
import { onStderr } from '../style.js';
import { describe, type ProgressView, percent } from './view.js';

/** A bar on a terminal (standard error, so that standard output can go into a pipe): share done, phase, step n/N, seconds left. */
export class ProgressBar implements ProgressView {
  private readonly bar: Bar = new cliProgress.SingleBar({
    format: (options, params, payload) =>
      `${onStderr.cyan(cliProgress.Format.BarFormat(params.progress, options))} ${percent(params.progress)}  ${this.notices || payload.label}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: Math.max(10, Math.min(32, (process.stderr.columns ?? 80) - 48)),
    hideCursor: true,
    gracefulExit: false,
  });

  private notices = '';

  constructor() {
    this.bar.start(1, 0, { label: 'Waiting' });
  }

  event(event: GenerationEvent): void {
    switch (event.__typename) {
      case 'GenerationQueued':
        if (event.position > 1) this.bar.update({ label: `Waiting, number ${event.position} in the queue` });
        break;
      case 'GenerationProgressed':
        this.bar.update(event.progress.fraction, { label: describe(event.progress) });
        break;
      case 'GenerationResumed':
        this.bar.update({ label: `Going on from step ${event.fromStep}` });
        break;
      case 'GenerationSucceeded':
        this.bar.update(1, { label: 'Done' });
    }
  }

  notice(text: string): void {
    this.notices = text;
    this.bar.render();
  }

  stop(): void {
    this.bar.stop();
  }
}
