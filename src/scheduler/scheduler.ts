import type { Device } from '../execution/devices.js';
import type { ExecutorEntry } from '../execution/executor-entry.js';
import { ExecutorHost } from '../execution/host.js';
import { DeviceSlot } from './device-slot.js';
import { toFailure, UnitFailed } from './failures.js';
import { type Decision, inOrder, plan, type WaitingGeneration } from './first-come.js';
import { GenerationRun, type RunContext } from './generation-run.js';
import type { DeviceSnapshot, Estimate, Fit, Job, Scheduler } from './ports.js';
import { componentBytes, type InstalledModel, neededComponents } from './work.js';

export interface SchedulerOptions extends RunContext {
  readonly devices: readonly Device[];
  /** The model of this name, or undefined if it is not installed. */
  readonly catalog: (model: string) => InstalledModel | undefined;
  /** For tests; the executor of this project if left out. */
  readonly executorEntry?: ExecutorEntry;
}

const noBatches = { averageBatchRows: 0, resumes: 0, preemptions: 0 };

interface Waiting extends WaitingGeneration {
  readonly job: Job;
}

/** The shell around the policy: carries its decisions out and asks again whenever something has changed. */
export class StepScheduler implements Scheduler {
  readonly #options: SchedulerOptions;
  readonly #slots: readonly DeviceSlot[];
  readonly #waiting = new Map<string, Waiting>();
  readonly #runs = new Map<string, GenerationRun>();
  readonly #listeners = new Set<() => void>();
  #stopped = false;
  #paused = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#slots = options.devices.map((device) => {
      const host = new ExecutorHost({
        device: device.executor,
        log: options.log,
        ...(options.executorEntry ? { entry: options.executorEntry } : {}),
      });
      return new DeviceSlot(device, host, options.clock, () => this.#changed());
    });
    for (const slot of this.#slots) void slot.observeMemory();
  }

  submit(job: Job): void {
    const { generationId: id, model, priority } = job;
    if (this.#stopped || this.#waiting.has(id) || this.#runs.has(id)) return;
    this.#waiting.set(id, { id, model, priority, createdAt: job.createdAt.getTime(), job });
    this.#changed();
    this.#dispatch();
  }

  async cancel(generationId: string): Promise<boolean> {
    if (this.#waiting.delete(generationId)) {
      this.#changed();
      return this.#options.recorder.canceled(generationId);
    }
    return (await this.#runs.get(generationId)?.cancel()) ?? false;
  }

  setPriority(generationId: string, priority: number): boolean {
    const waiting = this.#waiting.get(generationId);
    if (!waiting) return this.#runs.has(generationId);
    this.#waiting.set(generationId, { ...waiting, priority });
    this.#changed();
    return true;
  }

  get paused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#changed();
    this.#dispatch();
  }

  fit(model: string, _settings: Job['settings']): Fit {
    const installed = this.#options.catalog(model);
    if (!installed) throw new Error(`There is no model "${model}".`);
    const requiredBytes = Math.max(...neededComponents.map((one) => componentBytes(installed.manifest, one)));
    const availableBytes = Math.max(...this.#slots.map(({ device }) => device.totalBytes));
    return requiredBytes <= availableBytes
      ? { fits: true }
      : { fits: false, requiredBytes, availableBytes, largest: null };
  }

  estimate(_model: string, _settings: Job['settings']): Estimate | null {
    return null;
  }

  position(generationId: string): number | null {
    const index = this.queue().waiting.indexOf(generationId);
    return index < 0 ? null : index + 1;
  }

  queue(): { readonly waiting: readonly string[]; readonly running: readonly string[] } {
    return { waiting: inOrder([...this.#waiting.values()]).map(({ id }) => id), running: [...this.#runs.keys()] };
  }

  devices(): readonly DeviceSnapshot[] {
    return this.#slots.map((slot) => slot.snapshot);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop();
    // The executors first: a run may wait for a unit that takes minutes.
    await Promise.all(this.#slots.map((slot) => slot.stop()));
    await Promise.all(runs.map((run) => run.finished));
  }

  #dispatch(): void {
    if (this.#stopped || this.#paused) return;
    const devices = this.#slots.map((slot) => slot.state);
    for (const decision of plan({ waiting: [...this.#waiting.values()], devices })) this.#start(decision);
  }

  #start({ generationId, deviceId }: Decision): void {
    const waiting = this.#waiting.get(generationId);
    const slot = this.#slots.find(({ device }) => device.id === deviceId);
    if (!waiting || !slot) return;
    this.#waiting.delete(generationId);
    const { job } = waiting;
    const model = this.#options.catalog(job.model);
    if (!model) {
      this.#refuse(job);
      return;
    }
    slot.running = generationId;
    const onDeviceFree = (): void => {
      slot.free();
      this.#dispatch();
    };
    const run = new GenerationRun({ job, model, slot, context: this.#options, onDeviceFree });
    this.#runs.set(generationId, run);
    this.#changed();
    void run.finished.then(() => {
      this.#runs.delete(generationId);
      this.#changed();
    });
  }

  /** Its model has gone since it was queued. */
  #refuse(job: Job): void {
    const failure = toFailure(new UnitFailed('MODEL_LOAD_FAILED', `The model "${job.model}" is not installed.`));
    const usage = { queueSeconds: 0, computeSeconds: 0, wallSeconds: 0, peakBytes: null, ...noBatches };
    this.#options.recorder.failed(job.generationId, failure, usage).catch((err: unknown) => {
      this.#options.log.error({ generationId: job.generationId, err }, 'a failure could not be recorded');
    });
    this.#changed();
    queueMicrotask(() => this.#dispatch());
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
