import type { GenerationEvent } from '../../sdk/src/index.js';
import { describe, type ProgressView, percent } from './view.js';

/** Lines for a log: one a phase and every fifth step. */
export class PlainLines implements ProgressView {
  private last = '';

  constructor(private readonly stream: NodeJS.WritableStream) {}

  event(event: GenerationEvent): void {
    if (event.__typename !== 'GenerationProgressed') return;
    const { phase, step, totalSteps, fraction } = event.progress;
    const milestone = `${phase} ${step === totalSteps ? step : Math.floor(step / 5)}`;
    if (milestone === this.last) return;
    this.last = milestone;
    this.stream.write(`${percent(fraction)}  ${describe(event.progress)}\n`);
  }

  notice(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  stop(): void {}
}
