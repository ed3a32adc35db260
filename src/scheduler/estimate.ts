import type { Device } from '../execution/devices.js';
import { type Basis, bases, type CostModel, type Prediction } from './cost-model.js';
import { type CostKind, stages, type Work } from './work.js';

/** Seconds of a whole generation, were it alone on its device. */
export type WorkEstimate = Pick<Prediction, 'seconds' | 'lowSeconds' | 'highSeconds' | 'basis'>;

/** Parts below this share of the whole do not spoil its basis. */
const negligible = 0.1;

/** Null where some part of it cannot be told at all. */
export function estimateWork(model: string, work: Work, costs: CostModel): WorkEstimate | null {
  const parts: { readonly count: number; readonly unit: Prediction }[] = [];
  for (const stage of stages) {
    const { count, ...unit } = work[stage];
    if (count === 0) continue;
    const prediction = costs.predict({ model, ...unit });
    if (!prediction) return null;
    parts.push({ count, unit: prediction });
  }
  const sum = (of: (unit: Prediction) => number): number =>
    parts.reduce((total, { count, unit }) => total + count * of(unit), 0);
  const seconds = sum((unit) => unit.seconds);
  const weighty = parts.filter(({ count, unit }) => count * unit.seconds >= negligible * seconds);
  const worst = Math.max(...weighty.map(({ unit }) => bases.indexOf(unit.basis)));
  return {
    seconds,
    // What a machine is slower at than expected it is slower at throughout: bounds add up.
    lowSeconds: sum((unit) => unit.lowSeconds),
    highSeconds: sum((unit) => unit.highSeconds),
    basis: bases[worst] as Basis,
  };
}

/**
 * Until one that comes now would get a lane: those before it go, in their order, each to the lane that is free first. Who shares a
 * batch with others is over sooner, who arrives later with a higher priority goes first: it is an estimate, not a promise.
 * @param ahead seconds left of each that is served before it, the first first
 */
export function queueSeconds(ahead: readonly number[], lanes: number): number {
  const busy = Array<number>(Math.max(1, lanes)).fill(0);
  for (const seconds of ahead) {
    const first = busy.indexOf(Math.min(...busy));
    busy[first] = (busy[first] as number) + seconds;
  }
  return Math.min(...busy);
}

/**
 * Effort a second of a device of which nothing is measured, within a factor of about four: operations of the networks, bytes of
 * weights, pixels of a video. On two threads of a Xeon the bundled model's denoiser reached 110 GFLOP/s, the published one on an
 * H100 445 TFLOP/s; small GPUs have a tenth of that.
 */
export function nominalRates(device: Pick<Device, 'kind' | 'lanes'>): (kind: CostKind) => number {
  const flops = device.kind === 'CUDA' ? 100e12 : 40e9 * threadsOf(device);
  const rates: Readonly<Record<CostKind, number>> = {
    load: 1e9,
    'encode-text': flops,
    step: flops,
    decode: flops,
    'encode-video': 20e6,
  };
  return (kind) => rates[kind];
}

/** Of all lanes of a CPU together. */
export function threadsOf({ lanes }: Pick<Device, 'lanes'>): number {
  return lanes.reduce((sum, { executor }) => sum + (executor.kind === 'CPU' ? executor.threads : 0), 0);
}
