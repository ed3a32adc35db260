import type { ComponentName } from '../../inference/bundle/manifest.js';

export interface Shape {
  readonly width: number;
  readonly height: number;
  /** 4n + 1 */
  readonly frameCount: number;
}

/** What one kind of work took. */
export interface Measurement {
  /** `load`: opening a component's sessions; `text`: a prompt of some twenty tokens; `picture`: one to begin with; `step`: one of a batch; `decode`: a whole video. */
  readonly what: 'load' | 'text' | 'picture' | 'step' | 'decode';
  readonly component: ComponentName;
  /** Absent where the size of the video does not matter. */
  readonly shape?: Shape;
  /** Of a step's batch. */
  readonly rows?: number;
  /** Floating-point operations; null where time goes elsewhere. */
  readonly flops: number | null;
  /** The first time, in which kernels are chosen and sessions of a size opened. */
  readonly firstSeconds: number | null;
  /** Of each repetition after it. */
  readonly seconds: readonly number[];
  /** The most that the component's process held of the device's memory until then; null where the driver does not tell. */
  readonly peakBytes: number | null;
  /** What the scheduler's ledger reckons with for it before anything is measured; null for loading, which it has no figure for. */
  readonly predictedBytes: number | null;
  /** Why there are no times. */
  readonly failure: string | null;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const shapeText = ({ width, height, frameCount }: Shape): string => `${width}x${height}x${frameCount}`;
