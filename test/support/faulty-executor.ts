import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { Denoiser } from '../../inference/pipeline/networks.js';
import { OpenModels } from '../../src/execution/open-models.js';
import type { Unit, UnitKind, UnitResult } from '../../src/execution/protocol.js';
import { serveUnits } from '../../src/execution/serve-units.js';
import { UnitRunner } from '../../src/execution/unit-runner.js';
import type { WorkFiles } from '../../src/execution/work-files.js';
import type { Fault } from './faults.js';

/** The executor with the faults of its command line; see `faultyEntry`. */
const faults = JSON.parse(process.argv[2] ?? '[]') as Fault[];

/** The real models, except that the denoiser's next answer may be poisoned. */
class FaultyModels extends OpenModels {
  poisoned = false;

  override get<C extends ComponentName>(
    directory: string,
    component: C,
  ): ReturnType<typeof OpenModels.prototype.get<C>> {
    const open = super.get(directory, component);
    if (component !== 'denoiser' || !this.poisoned) return open;
    this.poisoned = false;
    const { denoise } = open.network as Denoiser;
    const poisoned: Denoiser['denoise'] = async (shape, rows) =>
      (await denoise.call(open.network, shape, rows)).map((velocity) => velocity.fill(Number.NaN));
    return { ...open, network: { ...open.network, denoise: poisoned } };
  }
}

class FaultyRunner {
  readonly #models: FaultyModels;
  readonly #work: WorkFiles;
  readonly #runner: UnitRunner;
  readonly #passed = new Map<Fault, number>();

  constructor(models: FaultyModels, work: WorkFiles) {
    this.#models = models;
    this.#work = work;
    this.#runner = new UnitRunner(models, work);
  }

  async run(unit: Unit): Promise<UnitResult<UnitKind>> {
    const fault = faults.find((candidate) => this.#strikes(candidate, unit));
    if (fault && !fault.late) this.#suffer(fault);
    const result = await this.#runner.run(unit);
    if (fault?.late) this.#suffer(fault);
    if (fault?.what === 'silence') setTimeout(blockForEver, 1);
    return result;
  }

  noMore(): void {
    this.#runner.noMore();
  }

  #strikes(fault: Fault, unit: Unit): boolean {
    if (fault.unit !== undefined && fault.unit !== unit.kind) return false;
    const ids = 'generationIds' in unit ? unit.generationIds : 'generationId' in unit ? [unit.generationId] : [];
    if (fault.generation !== undefined && !ids.some((id) => id.includes(fault.generation as string))) return false;
    if (ids.length < (fault.members ?? 0)) return false;
    const passed = this.#passed.get(fault) ?? 0;
    this.#passed.set(fault, passed + 1);
    if (passed < (fault.after ?? 0) || Math.random() >= (fault.probability ?? 1)) return false;
    return fault.times === undefined || this.#isLeft(fault, fault.times);
  }

  /** Counts in the work directory, by files that only one process can make: a crash is not forgotten with its process. */
  #isLeft(fault: Fault, times: number): boolean {
    const folder = join(this.#work.directory, 'faults');
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < times; i++) {
      try {
        closeSync(openSync(join(folder, `${faults.indexOf(fault)}-${i}`), 'wx'));
        return true;
      } catch {
        // That one was had before.
      }
    }
    return false;
  }

  #suffer(fault: Fault): void {
    switch (fault.what) {
      case 'out-of-memory':
        throw new Error('Failed to allocate memory for requested buffer of size 1073741824');
      case 'stall':
        return blockForEver();
      case 'crash':
        process.stderr.write('something native gave way\n');
        process.kill(process.pid, 'SIGSEGV');
        return blockForEver();
      case 'nan':
        this.#models.poisoned = true;
        return;
      case 'silence':
        return;
    }
  }
}

/** Without the heat of an endless loop. */
function blockForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

serveUnits((device, work) => new FaultyRunner(new FaultyModels(device), work));
