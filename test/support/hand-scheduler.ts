import type { Artifact, Preview } from '../../src/generations/generation.js';
import type { DeviceSnapshot, Estimate, Fit, Job, Recorder, Scheduler } from '../../src/scheduler/ports.js';

/**
 * The other side of the scheduler's port, driven by hand: it takes jobs, works on none, and a test says what became of each.
 * Reports go through the real recorder, so rows, events and streams are the real ones.
 */
export class HandScheduler implements Scheduler {
  /** Every job ever submitted, in order. */
  readonly submitted: Job[] = [];
  private readonly waiting = new Map<string, Job>();
  private readonly running = new Map<string, Job>();
  private readonly listeners = new Set<() => void>();
  /** Steps that checkpoints are said to hold. */
  readonly checkpoints = new Map<string, number>();
  /** Given after construction: the recorder's store is built beside this. */
  recorder!: Recorder;

  submit(job: Job): void {
    this.submitted.push(job);
    this.waiting.set(job.generationId, job);
    this.changed();
  }

  async cancel(id: string): Promise<boolean> {
    if (!this.waiting.delete(id) && !this.running.delete(id)) return false;
    this.changed();
    return this.recorder.canceled(id);
  }

  /** What a test wants answered. */
  fitting: Fit = { fits: true };
  estimated: Estimate | null = null;
  paused = false;

  setPriority(id: string, priority: number): boolean {
    for (const jobs of [this.waiting, this.running]) {
      const job = jobs.get(id);
      if (!job) continue;
      jobs.set(id, { ...job, priority });
      return true;
    }
    return false;
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.changed();
  }

  fit(): Fit {
    return this.fitting;
  }

  estimate(): Estimate | null {
    return this.estimated;
  }

  async checkpointedStep({ generationId }: Job): Promise<number> {
    return this.checkpoints.get(generationId) ?? 0;
  }

  position(id: string): number | null {
    const index = [...this.waiting.keys()].indexOf(id);
    return index < 0 ? null : index + 1;
  }

  queue() {
    return { waiting: [...this.waiting.keys()], running: [...this.running.keys()] };
  }

  devices(): readonly DeviceSnapshot[] {
    const running = [...this.running.keys()];
    const loaded = [{ model: 'toy', component: 'denoiser', bytes: 123 }];
    const memory = { totalBytes: 8 * 2 ** 30, freeBytes: 2 ** 30, usedByUsBytes: null };
    const plan = { weightsBytes: 123, activationsBytes: 0, headroomBytes: 1.5 * 2 ** 30, othersBytes: null };
    return [
      {
        id: 'cpu',
        name: 'Test CPU',
        kind: 'CPU',
        status: 'IDLE',
        ...memory,
        memory: plan,
        loaded,
        running,
        observedAt: new Date(),
      },
    ];
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  async stop(): Promise<void> {}

  async start(id: string): Promise<void> {
    const job = this.waiting.get(id);
    if (!job) throw new Error(`${id} does not wait.`);
    this.waiting.delete(id);
    this.running.set(id, job);
    this.changed();
    await this.recorder.started(id, 'cpu');
  }

  /** One denoising step, with a picture. */
  async step(id: string, step: number): Promise<boolean> {
    const totalSteps = this.running.get(id)?.settings.steps ?? 4;
    const fraction = step / totalSteps;
    const progress = { phase: 'DENOISING' as const, step, totalSteps, fraction, secondsRemaining: totalSteps - step };
    return this.recorder.progressed(id, { ...progress, preview: picture(step) });
  }

  async succeed(id: string, artifacts: readonly Artifact[]): Promise<void> {
    this.running.delete(id);
    this.changed();
    await this.recorder.succeeded(id, artifacts, usage);
  }

  async fail(id: string): Promise<void> {
    this.running.delete(id);
    this.changed();
    await this.recorder.failed(id, { code: 'ENCODER_FAILED', message: 'Broken.', retryable: true }, usage);
  }
}

const usage = {
  queueSeconds: 1,
  computeSeconds: 2,
  wallSeconds: 3,
  peakBytes: null,
  denoiserRows: 12,
  averageBatchRows: 2,
  resumes: 0,
  preemptions: 0,
};

/** Bytes that tell which step they are of. */
export function picture(step: number): Preview {
  return {
    step,
    width: 64,
    height: 40,
    frameCount: 9,
    mimeType: 'image/webp',
    data: Buffer.from(`picture of step ${step}`),
  };
}
