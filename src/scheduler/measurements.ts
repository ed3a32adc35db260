import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { componentNames } from '../../inference/bundle/manifest.js';
import type { Device } from '../execution/devices.js';
import type { Log } from '../log.js';
import { type CostCell, CostModel } from './cost-model.js';
import { nominalRates, threadsOf } from './estimate.js';
import { type PeakCell, PeakModel } from './peak-model.js';
import { costKinds } from './work.js';

/** What is known of the costs on one device. */
export interface DeviceMeasurements {
  readonly costs: CostModel;
  readonly peaks: PeakModel;
}

export interface MeasurementsOptions {
  readonly path: string;
  /** Content hash of each model that is installed, by name: what was measured of other weights is not valid for these. */
  readonly identities: ReadonlyMap<string, string>;
  readonly log: Log;
  readonly saveEveryMs?: number;
}

const positive = z.number().positive();
const costSchema = z.object({
  kind: z.enum(costKinds),
  size: positive,
  rows: positive,
  effort: positive,
  mean: z.number(),
  variance: z.number().nonnegative(),
  samples: positive,
});
const peakSchema = z.object({
  component: z.enum(componentNames),
  part: z.literal('encoder').optional(),
  size: positive,
  bytes: z.number().nonnegative(),
  modeledBytes: positive,
});
const modelSchema = z.object({ costs: z.array(costSchema), peaks: z.array(peakSchema) });
/** By device, then by the model's identity. */
const fileSchema = z.object({
  version: z.literal(2),
  devices: z.record(z.string(), z.record(z.string(), modelSchema)),
});
type File = z.output<typeof fileSchema>;

/**
 * What all devices have measured, kept in one file from one server to the next. A file that is broken or of another version
 * counts as absent; one that cannot be written costs a warning and nothing else. Devices of the same name learn together.
 */
export class Measurements {
  readonly #options: MeasurementsOptions;
  readonly #devices = new Map<string, DeviceMeasurements>();
  /** As last read or written. */
  #file: File;
  #written: string;
  readonly #timer: NodeJS.Timeout;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: MeasurementsOptions, file: File) {
    this.#options = options;
    this.#file = file;
    this.#written = JSON.stringify(file);
    this.#timer = setInterval(() => void this.save(), options.saveEveryMs ?? 5000);
    this.#timer.unref();
  }

  static async open(options: MeasurementsOptions): Promise<Measurements> {
    return new Measurements(options, await read(options));
  }

  of(device: Device): DeviceMeasurements {
    const name = deviceName(device);
    const known = this.#devices.get(name);
    if (known) return known;
    const measurements = { costs: new CostModel(nominalRates(device)), peaks: new PeakModel() };
    for (const [model, identity] of this.#options.identities) {
      const { costs = [], peaks = [] } = this.#file.devices[name]?.[identity] ?? {};
      for (const cell of costs) measurements.costs.restore({ ...cell, model });
      for (const cell of peaks) measurements.peaks.restore({ ...cell, model });
    }
    this.#devices.set(name, measurements);
    return measurements;
  }

  /** Writes what has changed; saves follow one another. Never rejects. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
  }

  async #save(): Promise<void> {
    this.#file = this.#merged();
    const text = JSON.stringify(this.#file);
    if (text === this.#written) return;
    const { path, log } = this.#options;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.partial`, text);
      await rename(`${path}.partial`, path);
      this.#written = text;
    } catch (err) {
      log.warn({ err, path }, 'measurements could not be written');
    }
  }

  /** What the file had of devices and models that are not here now stays in it: they may come back. */
  #merged(): File {
    const devices = { ...this.#file.devices };
    for (const [name, { costs, peaks }] of this.#devices) {
      const models = { ...devices[name] };
      for (const [model, identity] of this.#options.identities) {
        const entry = { costs: withoutModel(costs.cells, model), peaks: withoutModel(peaks.cells, model) };
        if (entry.costs.length > 0 || entry.peaks.length > 0) models[identity] = entry;
      }
      devices[name] = models;
    }
    return { version: 2, devices };
  }
}

/** Threads make another device of a CPU. */
function deviceName(device: Device): string {
  return device.kind === 'CPU' ? `${device.name}, ${threadsOf(device)} threads` : device.name;
}

function withoutModel<T extends CostCell | PeakCell>(cells: readonly T[], model: string): Omit<T, 'model'>[] {
  return cells.filter((cell) => cell.model === model).map(({ model: _, ...cell }) => cell);
}

async function read({ path, log }: MeasurementsOptions): Promise<File> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT') log.warn({ err, path }, 'measurements could not be read');
    return { version: 2, devices: {} };
  }
}
