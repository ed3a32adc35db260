import { arrayStock } from '../../inference/array-stock.js';
import { type Conditioning, type DenoisingState, isDone, rowsOf } from '../../inference/pipeline/denoising.js';
import type { Denoiser } from '../../inference/pipeline/networks.js';

/** A generation, as far as the denoiser sees it. */
export interface Stepping {
  readonly denoising: DenoisingState;
  readonly conditioning: Conditioning;
}

export interface StepVelocities {
  /** Of each member those of its rows, in the pipeline's order. */
  readonly velocities: readonly (readonly Float32Array[])[];
  /** For how long the run had been computing when it was asked for. */
  readonly aheadSeconds: number;
}

/** Under way, or done and not asked for yet. */
interface Run {
  readonly states: readonly DenoisingState[];
  readonly rowsAtOnce: number | undefined;
  readonly velocities: Promise<Float32Array[][]>;
  readonly begunAt: number;
  endedAt: number;
  /** Nobody wants it any more: no further piece of it begins. */
  dropped: boolean;
}

/**
 * The denoiser's runs for steps. One may be begun ahead, before its unit has come, and so it computes while the step before is written
 * down and answered. It is a pure function of states, which are never changed: taken or dropped, it changes no bit and no state.
 */
export class StepRuns {
  #ahead: Run | null = null;

  /** @returns what was computed ahead for these very states, or is computed now */
  async take(denoiser: Denoiser, members: readonly Stepping[], rowsAtOnce?: number): Promise<StepVelocities> {
    const ahead = this.#ahead;
    if (!ahead || ahead.rowsAtOnce !== rowsAtOnce || !isOf(ahead, members)) {
      await this.drop();
      return { velocities: await begin(denoiser, members, rowsAtOnce).velocities, aheadSeconds: 0 };
    }
    this.#ahead = null;
    const aheadSeconds = (Math.min(performance.now(), ahead.endedAt) - ahead.begunAt) / 1000;
    return { velocities: await ahead.velocities, aheadSeconds };
  }

  /** Begins the next step of these, if that leaves this thread free. It is on its way when this resolves. */
  async beginAhead(denoiser: Denoiser, members: readonly Stepping[], rowsAtOnce?: number): Promise<void> {
    if (!denoiser.runsAside || members.some(({ denoising }) => isDone(denoising))) return;
    await this.drop();
    this.#ahead = begin(denoiser, members, rowsAtOnce);
    // What it ends with is for whoever takes it.
    this.#ahead.velocities.catch(() => {});
    // The session waits for its turn by a promise: it has it before we go on.
    await Promise.resolve();
  }

  /** What was begun ahead is not wanted. Resolves when the denoiser has done with it. */
  async drop(): Promise<void> {
    const ahead = this.#ahead;
    if (!ahead) return;
    this.#ahead = null;
    ahead.dropped = true;
    await ahead.velocities.catch(() => {});
  }

  /** Whether a step of this state was begun ahead. */
  has({ denoising }: Stepping): boolean {
    return this.#ahead?.states.includes(denoising) ?? false;
  }
}

function isOf({ states }: Run, members: readonly Stepping[]): boolean {
  return states.length === members.length && members.every(({ denoising }, i) => denoising === states[i]);
}

function begin(denoiser: Denoiser, members: readonly Stepping[], rowsAtOnce: number | undefined): Run {
  const states = members.map(({ denoising }) => denoising);
  const rows = members.map(({ denoising, conditioning }) => rowsOf(denoising, conditioning));
  const compute = async (): Promise<Float32Array[][]> => {
    const waiting = rows.flat();
    const velocities: Float32Array[] = [];
    while (waiting.length > 0 && !run.dropped) {
      const shape = (states[0] as DenoisingState).shape;
      velocities.push(...(await denoiser.denoise(shape, waiting.splice(0, rowsAtOnce ?? waiting.length))));
    }
    run.endedAt = performance.now();
    return rows.map(({ length }) => velocities.splice(0, length));
  };
  // When the run is on its way, and what there was to answer is answered.
  if (denoiser.runsAside) setImmediate(() => arrayStock.fill());
  const run = { states, rowsAtOnce, begunAt: performance.now(), endedAt: Number.POSITIVE_INFINITY, dropped: false };
  return Object.assign(run, { velocities: compute() });
}
