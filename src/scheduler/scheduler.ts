import type { Device } from '../execution/devices.js';
import type { ExecutorEntry } from '../execution/executor-entry.js';
import { ExecutorHost, type HostOptions } from '../execution/host.js';
import { WorkFiles } from '../execution/work-files.js';
import type { GenerationSettings, Usage } from '../generations/generation.js';
import { CostModel } from './cost-model.js';
import { Desk } from './desk.js';
import { DeviceBook } from './device-book.js';
import { estimateWork, nominalRates, queueSeconds } from './estimate.js';
import { toFailure, UnitFailed } from './failures.js';
import type { Weights } from './fairness.js';
import { fitOn, peakBytes } from './fit.js';
import { GenerationRun, type RunContext } from './generation-run.js';
import { KeptWork } from './kept-work.js';
import type { DeviceMeasurements } from './measurements.js';
import { PeakModel } from './peak-model.js';
import { type Policy, plan } from './policy.js';
import type { DeviceSnapshot, Estimate, Fit, Job, Scheduler } from './ports.js';
import { Residence } from './residence.js';
import { defaultWatchdog, type WatchdogSettings } from './watchdog.js';
import { type InstalledModel, workOf } from './work.js';

export interface SchedulerOptions extends RunContext {
  readonly devices: readonly Device[];
  /** The model of this name, or undefined if it is not installed. */
  readonly catalog: (model: string) => InstalledModel | undefined;
  /** Where checkpoints and embeddings are kept; see execution/work-files.ts. */
  readonly workDirectory: string;
  /** What earlier servers have measured; nothing if left out. */
  readonly measurements?: (device: Device) => DeviceMeasurements;
  /** Of each device's memory, left free; the ledger's default if left out. */
  readonly headroomBytes?: number | undefined;
  readonly policy?: Policy;
  /** Of clients; all alike if left out. They may change at any time. */
  readonly weights?: Weights;
  readonly watchdog?: WatchdogSettings;
  /** For tests: what states that wait may take of an executor's memory; what there is to spare if left out. */
  readonly stateRoomBytes?: number;
  /** For tests; the executor of this project if left out. */
  readonly executorEntry?: ExecutorEntry;
  readonly hostOptions?: Pick<HostOptions, 'times' | 'backoff'>;
}

type Queue = ReturnType<Scheduler['queue']>;

/** All generations that have not ended, the devices, and the desk between them. */
export class StepScheduler implements Scheduler {
  readonly #options: SchedulerOptions;
  readonly #devices: readonly DeviceBook[];
  readonly #desk: Desk;
  readonly #kept: KeptWork;
  readonly #runs = new Map<string, GenerationRun>();
  readonly #listeners = new Set<() => void>();
  /** Until the next change. */
  #queue: Queue | null = null;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { workDirectory, log, clock, policy = plan, watchdog = defaultWatchdog, executorEntry: entry } = options;
    const { measurements = unmeasured } = options;
    const residence = new Residence();
    this.#devices = options.devices.map(
      (device) =>
        new DeviceBook({
          ...{ device, measurements: measurements(device), headroomBytes: options.headroomBytes, watchdog, clock },
          stateRoomBytes: options.stateRoomBytes,
          hostFor: ({ executor }) => {
            const host = { device: executor, workDirectory, log, ...options.hostOptions };
            return new ExecutorHost(entry ? { ...host, entry } : host);
          },
          onChange: () => this.#changed(),
          onLost: (lane) => residence.lost(lane),
        }),
    );
    this.#desk = new Desk({ devices: this.#devices, residence, policy, weights: options.weights, clock, log });
    this.#kept = new KeptWork(
      new WorkFiles(workDirectory),
      options.devices.map(({ kind }) => kind),
    );
  }

  submit(job: Job): void {
    const { generationId } = job;
    if (this.#stopped || this.#runs.has(generationId)) return;
    const model = this.#options.catalog(job.model);
    if (!model) {
      this.#refuse(job);
      return;
    }
    const run = new GenerationRun({ job, model, desk: this.#desk, kept: this.#kept, context: this.#options });
    this.#runs.set(generationId, run);
    this.#changed();
    void run.finished.then(() => {
      this.#runs.delete(generationId);
      this.#changed();
    });
  }

  async cancel(generationId: string): Promise<boolean> {
    return (await this.#runs.get(generationId)?.cancel()) ?? false;
  }

  setPriority(generationId: string, priority: number): boolean {
    const run = this.#runs.get(generationId);
    if (!run) return false;
    run.priority = priority;
    this.#changed();
    this.#desk.planSoon();
    return true;
  }

  get paused(): boolean {
    return this.#desk.paused;
  }

  setPaused(paused: boolean): void {
    this.#desk.paused = paused;
    this.#changed();
    this.#desk.planSoon();
  }

  fit(model: string, settings: GenerationSettings): Fit {
    const { manifest } = this.#installed(model);
    for (const device of this.#devices) device.observeMemory();
    const devices = this.#devices.map(({ device, ledger }) => ({ kind: device.kind, ledger }));
    return fitOn(devices, settings, manifest);
  }

  estimate(model: string, settings: GenerationSettings): Estimate | null {
    const { manifest } = this.#installed(model);
    const work = workOf(settings, manifest, []);
    const estimates = this.#devices.flatMap(({ device, ledger, costs }) => {
      const estimate = estimateWork(model, work, costs);
      const bytes = peakBytes(settings, manifest, { kind: device.kind, ledger }) + ledger.contextBytes;
      return estimate ? [{ ...estimate, peakBytes: bytes }] : [];
    });
    const [best] = estimates.sort((a, b) => a.seconds - b.seconds);
    if (!best) return null;
    const costs = this.#devices[0]?.costs;
    const ahead = [...this.#runs.values()].map((run) => (costs && run.secondsLeft(costs)) ?? best.seconds);
    const lanes = this.#devices.flatMap((device) => device.lanes).filter(({ stages }) => stages.has('step'));
    return { ...best, queueSeconds: queueSeconds(ahead, lanes.length) };
  }

  /** From which step a job would go on. */
  async checkpointedStep(job: Job): Promise<number> {
    const model = this.#options.catalog(job.model);
    return model ? this.#kept.stepOf(job, model) : 0;
  }

  position(generationId: string): number | null {
    const index = this.queue().waiting.indexOf(generationId);
    return index < 0 ? null : index + 1;
  }

  queue(): Queue {
    // Asked for once a generation where a whole list is shown.
    this.#queue ??= this.#order();
    return this.#queue;
  }

  #order(): Queue {
    const runs = [...this.#runs.values()];
    const running = runs.filter(({ started }) => started).map(({ job }) => job.generationId);
    const waiting = runs.filter(({ started }) => !started);
    return { waiting: this.#desk.inOrder(waiting), running };
  }

  devices(): readonly DeviceSnapshot[] {
    return this.#devices.map((device) => device.snapshot);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#desk.stop();
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop();
    // The executors first: a run may wait for a unit that takes minutes.
    await Promise.all(this.#devices.flatMap(({ lanes }) => lanes.map((lane) => lane.stop())));
    await Promise.all(runs.map((run) => run.finished));
  }

  #installed(model: string): InstalledModel {
    const installed = this.#options.catalog(model);
    if (!installed) throw new Error(`There is no model "${model}".`);
    return installed;
  }

  /** Its model has gone since it was queued. */
  #refuse(job: Job): void {
    const failure = toFailure(new UnitFailed('MODEL_LOAD_FAILED', `The model "${job.model}" is not installed.`));
    this.#options.recorder.failed(job.generationId, failure, nothingUsed).catch((err: unknown) => {
      this.#options.log.error({ generationId: job.generationId, err }, 'a failure could not be recorded');
    });
  }

  #changed(): void {
    this.#queue = null;
    for (const listener of this.#listeners) listener();
  }
}

function unmeasured(device: Device): DeviceMeasurements {
  return { costs: new CostModel(nominalRates(device)), peaks: new PeakModel() };
}

const nothingUsed: Usage = {
  queueSeconds: 0,
  computeSeconds: 0,
  wallSeconds: 0,
  peakBytes: null,
  denoiserRows: 0,
  averageBatchRows: 0,
  resumes: 0,
  preemptions: 0,
};
