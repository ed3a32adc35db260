import type { GenerationEvent, Progress } from '../../sdk/src/index.js';

/** Shows how a generation goes. */
export interface ProgressView {
  event(event: GenerationEvent): void;
  /** Something for the person who watches, from now on. */
  notice(text: string): void;
  stop(): void;
}

/** Several at once. */
export function together(views: readonly ProgressView[]): ProgressView {
  return {
    event: (event) => views.forEach((view) => view.event(event)),
    notice: (text) => views.forEach((view) => view.notice(text)),
    stop: () => views.forEach((view) => view.stop()),
  };
}

const phaseNames: Readonly<Record<Progress['phase'], string>> = {
  WAITING: 'Waiting',
  LOADING: 'Loading model',
  ENCODING_TEXT: 'Reading prompt',
  DENOISING: 'Denoising',
  DECODING: 'Decoding',
  ENCODING_VIDEO: 'Writing MP4',
  DONE: 'Done',
};

/** “Denoising, step 10/20, 3 s left” */
export function describe({ phase, step, totalSteps, secondsRemaining, queuePosition }: Progress): string {
  const parts: string[] = [phaseNames[phase] ?? phase];
  if (phase === 'WAITING' && queuePosition !== null && queuePosition > 1)
    parts.push(`number ${queuePosition} in the queue`);
  if (phase === 'DENOISING') parts.push(`step ${step}/${totalSteps}`);
  if (phase !== 'DONE' && secondsRemaining !== null) parts.push(`${duration(secondsRemaining)} left`);
  return parts.join(', ');
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function percent(fraction: number): string {
  return `${String(Math.round(fraction * 100)).padStart(3)} %`;
}
