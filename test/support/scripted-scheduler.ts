import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device } from '../../src/execution/devices.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { SchedulerOptions, StepScheduler } from '../../src/scheduler/scheduler.js';
import { compiled } from './compiled.js';
import { MemoryRecorder, type Report } from './memory-recorder.js';
import { plainJob, plainScheduler } from './plain-scheduler.js';
import { smallManifest } from './small-manifest.js';

export const scriptedManifest = manifestSchema.parse(smallManifest);

/** A device of one lane with one thread, which the scripted executor does not use. */
export function oneLane(id: string): Device {
  return { ...cpuDevice(id, 1), totalBytes: 8e9 };
}

/** The real scheduler and encoder over executors that follow a script: their prompts. */
export class ScriptedScheduler {
  private constructor(
    readonly folder: string,
    readonly recorder: MemoryRecorder,
    readonly scheduler: StepScheduler,
  ) {}

  static async start(changes: Partial<SchedulerOptions> = {}): Promise<ScriptedScheduler> {
    const folder = mkdtempSync(join(tmpdir(), 'reelql-scripted-'));
    const recorder = new MemoryRecorder();
    const scheduler = plainScheduler({
      devices: [oneLane('cpu')],
      catalog: () => ({ directory: '/models/small', manifest: scriptedManifest }),
      workDirectory: join(folder, 'work'),
      recorder,
      artifacts: await FileArtifactStore.open(folder),
      executorEntry: compiled('scripted-executor'),
      ...changes,
    });
    return new ScriptedScheduler(folder, recorder, scheduler);
  }

  submit(id: string, changes: Partial<Job> = {}): void {
    this.scheduler.submit(scriptedJob(id, changes));
  }

  outcome(id: string, changes: Partial<Job> = {}): Promise<Report> {
    this.submit(id, changes);
    return this.recorder.end(id);
  }

  /** Resolves as soon as the generation reports this step. */
  reached(id: string, step: number): Promise<void> {
    return new Promise((resolve) => this.#atStep(id, step, resolve));
  }

  /**
   * Keeps the report of this step waiting, and with it the generation: it computes three steps more, for it runs ahead of its reports
   * by no more (run-reports.ts).
   */
  hold(id: string, step: number, until: Promise<unknown>): void {
    this.#atStep(id, step, () => until);
  }

  /** What a step's report waits for. */
  #atStep(id: string, step: number, act: () => unknown): void {
    const before = this.recorder.on;
    this.recorder.on = async (report) => {
      await before(report);
      if (report.type === 'progressed' && report.id === id && report.progress.step >= step) await act();
    };
  }

  /** `started`, `resumed PREEMPTED` … */
  story(id: string): string[] {
    return this.recorder.of(id).flatMap((report) => {
      if (report.type === 'progressed') return [];
      return [report.type === 'resumed' ? `resumed ${report.cause} ${report.fromStep}` : report.type];
    });
  }

  async stop(): Promise<void> {
    await this.scheduler.stop();
    rmSync(this.folder, { recursive: true });
  }
}

export function scriptedJob(generationId: string, changes: Partial<Job> = {}): Job {
  const { defaults } = scriptedManifest;
  const job = { generationId, model: 'small', prompt: 'a car', negativePrompt: 'blur' };
  return plainJob({ ...job, settings: { ...defaults, seed: 1 }, ...changes });
}

export function withSteps(steps: number): Job['settings'] {
  return { ...scriptedManifest.defaults, seed: 1, steps };
}
