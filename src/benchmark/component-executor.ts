import type { ComponentName } from '../../inference/bundle/manifest.js';
import { openNvml } from '../execution/device-memory.js';
import type { Device } from '../execution/devices.js';
import { ExecutorHost } from '../execution/host.js';
import type { Unit, UnitKind, UnitOf, UnitResult } from '../execution/protocol.js';
import type { Log } from '../log.js';
import type { Measurement } from './measurement.js';

type Times = Pick<Measurement, 'firstSeconds' | 'seconds' | 'peakBytes' | 'failure'>;

/** Between two looks at the GPU's memory: what is taken and given back within a unit is not to be missed. */
const samplingMs = 10;

/** Nothing that is measured here may be stopped by a watchdog. */
const deadlineMs = 30 * 60_000;

/** An executor process with one component in it: as the server has it, but alone, so that the memory it holds is the component's. */
export class ComponentExecutor implements AsyncDisposable {
  readonly #host: ExecutorHost;
  #spent = 0;
  #peakBytes: number | null = null;
  /** Of the GPU, before this executor. */
  readonly #usedBefore: number | null;

  constructor(
    readonly bundle: string,
    readonly component: ComponentName,
    private readonly device: Device,
    workDirectory: string,
    log: Log,
  ) {
    const lane = device.lanes.find(({ components }) => components.includes(component));
    if (!lane) throw new Error(`${device.id} has no lane for the ${component}`);
    this.#usedBefore = usedBytes(device);
    this.#host = new ExecutorHost({ device: lane.executor, workDirectory, log });
  }

  load(): Promise<Times> {
    return this.time(() => this.run({ kind: 'load', bundle: this.bundle, component: this.component }), 0);
  }

  /** @throws Error "CODE: detail" */
  async run<K extends UnitKind>(unit: UnitOf<K>): Promise<UnitResult<K>> {
    const sampling = setInterval(() => this.#see(this.#held()), samplingMs);
    try {
      const outcome = await this.#host.run<K>(unit as Extract<Unit, { kind: K }>, deadlineMs);
      if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.detail}`);
      this.#spent += outcome.seconds;
      this.#see(outcome.peakBytes ?? this.#held());
      return outcome.result;
    } finally {
      clearInterval(sampling);
    }
  }

  #see(held: number | null): void {
    if (held !== null) this.#peakBytes = Math.max(this.#peakBytes ?? 0, held);
  }

  /** Does it once, and then again so many times. Times are the executor's own; a failure is told, not thrown. */
  async time(work: (repetition: number) => Promise<unknown>, repetitions: number): Promise<Times> {
    const seconds: number[] = [];
    try {
      for (let i = 0; i <= repetitions; i++) {
        this.#spent = 0;
        await work(i);
        seconds.push(this.#spent);
      }
      const [firstSeconds = null, ...rest] = seconds;
      return { firstSeconds, seconds: rest, peakBytes: this.#peakBytes, failure: null };
    } catch (error) {
      return { firstSeconds: null, seconds: [], peakBytes: this.#peakBytes, failure: (error as Error).message };
    }
  }

  /** The executor's part of the GPU now; where the driver does not tell processes apart what has been taken since, by nobody else. */
  #held(): number | null {
    const own =
      this.device.kind === 'CUDA' &&
      openNvml()
        ?.memory(this.device.gpu)
        ?.processBytes.get(this.#host.pid ?? 0);
    if (own) return own;
    const used = usedBytes(this.device);
    return used === null || this.#usedBefore === null ? null : used - this.#usedBefore;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.stop();
  }
}

function usedBytes(device: Device): number | null {
  return device.kind === 'CUDA' ? (openNvml()?.memory(device.gpu)?.usedBytes ?? null) : null;
}
