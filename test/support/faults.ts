import type { ExecutorEntry } from '../../src/execution/executor-entry.js';
import type { UnitKind } from '../../src/execution/protocol.js';
import { compiled } from './compiled.js';

/** Something that goes wrong in an executor. */
export interface Fault {
  /**
   * `out-of-memory`: the unit fails as ONNX Runtime fails it. `stall`: it never ends. `crash`: SIGSEGV. `nan`: the denoiser's
   * answer is not a number (in `step` and `predict`). `silence`: answered, and then no heartbeat ever.
   */
  readonly what: 'out-of-memory' | 'stall' | 'crash' | 'nan' | 'silence';
  /** In units of this kind; in any if left out. */
  readonly unit?: UnitKind;
  /** Of generations whose id holds this. (`load`, `release` and `encode-text` are of none.) */
  readonly generation?: string;
  /** Only in steps of at least so many generations. */
  readonly members?: number;
  /** Passes over so many such units first, counted in each executor's life. */
  readonly after?: number;
  /** Of each such unit; 1 if left out. */
  readonly probability?: number;
  /** At most so many times in all executors of a work directory together; without an end if left out. */
  readonly times?: number;
  /** A crash or stall `late` comes when the work is done and written, but not yet answered. */
  readonly late?: boolean;
}

/** An executor that is real in everything but this bad luck. */
export function faultyEntry(faults: readonly Fault[]): ExecutorEntry {
  return compiled('faulty-executor', JSON.stringify(faults));
}
