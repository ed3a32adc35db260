import { join } from 'node:path';
import { pino } from 'pino';
import { openBundle } from '../../../../inference/bundle/open-bundle.js';
import { FileArtifactStore } from '../../../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device, detectDevices } from '../../../../src/execution/devices.js';
import type { GenerationSettings } from '../../../../src/generations/generation.js';
import { Measurements } from '../../../../src/scheduler/measurements.js';
import type { Policy } from '../../../../src/scheduler/policy.js';
import type { Job } from '../../../../src/scheduler/ports.js';
import type { StepScheduler } from '../../../../src/scheduler/scheduler.js';
import type { InstalledModel } from '../../../../src/scheduler/work.js';
import type { VideoEncoder } from '../../../../src/video/video-encoder.js';
import { MemoryRecorder, type Report } from '../../../support/memory-recorder.js';
import { plainJob, plainScheduler } from '../../../support/plain-scheduler.js';
import { rawVideoEncoder } from './raw-video.js';

/** Of the log's lines, those that say what a unit failed of, or that an executor was lost. */
export interface Trouble {
  readonly msg: string;
  readonly code?: string;
  readonly stage?: string;
  readonly generationIds?: readonly string[];
  readonly detail?: string;
}

/** What the log tells of a step: `seconds` of its unit, `idleSeconds` that the device had waited for it. */
export interface StepLine {
  readonly generationIds: readonly string[];
  readonly seconds: number;
  readonly idleSeconds: number | null;
}

export interface MachineOptions {
  readonly devices: readonly Device[];
  readonly model: InstalledModel;
  /** Work directory, artifacts and measurements. */
  readonly folder: string;
  readonly headroomBytes?: number;
  readonly policy?: Policy;
  /** Raw frames if left out. */
  readonly videoEncoder?: VideoEncoder;
  /** Before anything is scheduled. */
  readonly prepare?: (measurements: Measurements) => void;
}

/** pino's level. */
const warning = 40;

/** The scheduler and its executors as in the server, without the server: reports are kept in memory. */
export class Machine {
  readonly recorder = new MemoryRecorder();
  readonly troubles: Trouble[] = [];
  readonly steps: StepLine[] = [];

  private constructor(
    readonly model: InstalledModel,
    readonly folder: string,
    readonly artifacts: FileArtifactStore,
    readonly scheduler: StepScheduler,
    recorder: MemoryRecorder,
    troubles: Trouble[],
    steps: StepLine[],
    private readonly measurements: Measurements,
  ) {
    this.recorder = recorder;
    this.troubles = troubles;
    this.steps = steps;
  }

  static async start({
    devices,
    model,
    folder,
    headroomBytes,
    policy,
    prepare,
    videoEncoder,
  }: MachineOptions): Promise<Machine> {
    const recorder = new MemoryRecorder();
    const troubles: Trouble[] = [];
    const steps: StepLine[] = [];
    const write = (text: string): void => {
      const line = JSON.parse(text);
      if (line.level >= warning) troubles.push(line);
      else if ('idleSeconds' in line) steps.push(line);
    };
    const log = pino({ level: 'debug' }, { write });
    const identities = new Map([[model.manifest.name, 'measured here']]);
    const measurements = await Measurements.open({ path: join(folder, 'measurements.json'), identities, log });
    prepare?.(measurements);
    const artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
    const scheduler = plainScheduler({
      devices,
      catalog: () => model,
      workDirectory: join(folder, 'work'),
      measurements: (device) => measurements.of(device),
      recorder,
      artifacts,
      videoEncoder: videoEncoder ?? rawVideoEncoder,
      log,
      ...(headroomBytes === undefined ? {} : { headroomBytes }),
      ...(policy === undefined ? {} : { policy }),
    });
    return new Machine(model, folder, artifacts, scheduler, recorder, troubles, steps, measurements);
  }

  submit(id: string, settings: Partial<GenerationSettings>, changes: Partial<Job> = {}): Promise<Report> {
    const { manifest } = this.model;
    const wanted = { ...manifest.defaults, seed: 7, ...settings };
    this.scheduler.submit(plainJob({ generationId: id, model: manifest.name, prompt, settings: wanted, ...changes }));
    return this.recorder.end(id);
  }

  /** As `submit`. @throws Error if it does not succeed */
  async run(id: string, settings: Partial<GenerationSettings>, changes: Partial<Job> = {}) {
    const end = await this.submit(id, settings, changes);
    if (end.type !== 'succeeded') throw new Error(`${id}: ${describe(end)}; ${JSON.stringify(this.troubles)}`);
    return end;
  }

  /** Resolves at the first report of a generation that is as asked for. */
  seen(id: string, is: (report: Report) => boolean): Promise<void> {
    const before = this.recorder.on;
    return new Promise((resolve) => {
      this.recorder.on = async (report) => {
        await before(report);
        if (report.id === id && is(report)) resolve();
      };
    });
  }

  async stop(): Promise<void> {
    await this.scheduler.stop();
    await this.measurements.close();
  }
}

const prompt = 'A red sports car speeding through a desert highway at sunset';

/** `succeeded`, or `failed: OUT_OF_MEMORY`. */
export function describe(end: Report): string {
  return end.type === 'failed' ? `failed: ${end.failure.code}` : end.type;
}

/** The devices of these ids. `cpu` again and again, for a rehearsal, are parts of the CPU with a thread each. */
export async function findDevices(ids: readonly string[]): Promise<Device[]> {
  if (ids.every((id) => id === 'cpu')) {
    return ids.length === 1 ? [cpuDevice()] : ids.map((_, i) => cpuDevice(`cpu-${i}`, 1));
  }
  const found = await detectDevices();
  return ids.map((id) => {
    const device = found.find((one) => one.id === id);
    if (!device) throw new Error(`There is no device "${id}", but ${found.map((one) => one.id).join(', ')}.`);
    return device;
  });
}

export async function openModel(directory: string): Promise<InstalledModel> {
  const bundle = await openBundle(directory);
  return { directory: bundle.directory, manifest: bundle.manifest };
}
