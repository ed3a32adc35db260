import type { CostKind } from './work.js';

/** A unit as the cost model sees it. */
export interface CostUnit {
  /** By name. */
  readonly model: string;
  readonly kind: CostKind;
  /** What the settings change of it: tokens of a row, prompts, latent positions, bytes, pixels, according to the kind. */
  readonly size: number;
  /** Rows computed together; 1 where a kind knows none. */
  readonly rows: number;
  /** What its time is in proportion to where nothing better is known: operations, bytes, pixels. Of all rows. */
  readonly effort: number;
}

/**
 * MEASURED: units of this size and number of rows have run. INTERPOLATED: others of this model and kind have. MODELED: from
 * the networks' sizes and what else is known of the device.
 */
export const bases = ['MEASURED', 'INTERPOLATED', 'MODELED'] as const;
export type Basis = (typeof bases)[number];

export interface Prediction {
  readonly seconds: number;
  /** About nineteen of twenty units lie between these where the basis is MEASURED. */
  readonly lowSeconds: number;
  readonly highSeconds: number;
  readonly basis: Basis;
  /** Runs that it rests on: of this very unit, or of the nearest. */
  readonly samples: number;
}

/** What is known of one model, kind, size and number of rows. */
export interface CostCell extends CostUnit {
  /** Mean and variance of the logarithm of the seconds: noise multiplies, and one stall of ten times should not count ten times. */
  readonly mean: number;
  readonly variance: number;
  readonly samples: number;
}

/** Weight of a new measurement once there are some: a machine that gets busier is noticed within a few units. */
const newest = 0.25;
/** Sizes kept of a model's kind; the one not seen for longest goes first. */
const maxCells = 64;
/** Standard deviation of the logarithm taken for granted where there are too few samples to tell: about ±20 %. */
const priorSpread = 0.1;

/**
 * What units take on one device, learned from those that ran. At a measured size it tells the (geometric) mean there, recent
 * runs counting more; between two it goes straight from one to the other in the logarithms of size and seconds; beyond them it
 * follows the arithmetic from the nearest. More rows than were measured are taken to cost their part each, so that a batch never
 * looks better than it was.
 */
export class CostModel {
  /** By model and kind, each by size and rows in the order of last use. */
  readonly #cells = new Map<string, Map<string, CostCell>>();
  readonly #nominal: (kind: CostKind) => number;

  /** @param nominal effort a second of a device of which nothing is known yet. */
  constructor(nominal: (kind: CostKind) => number = () => Number.NaN) {
    this.#nominal = nominal;
  }

  observe(unit: CostUnit, seconds: number): void {
    if (!(seconds > 0 && seconds < Number.POSITIVE_INFINITY && unit.effort > 0 && unit.size > 0)) return;
    const known = this.#cell(unit);
    this.restore({ ...unit, ...learn(known, Math.log(seconds)) });
  }

  /** Puts back what `cells` told, maybe in another process. */
  restore(cell: CostCell): void {
    const key = groupKey(cell);
    const group = this.#cells.get(key) ?? new Map<string, CostCell>();
    this.#cells.set(key, group);
    group.delete(cellKey(cell));
    group.set(cellKey(cell), cell);
    if (group.size > maxCells) group.delete(group.keys().next().value as string);
  }

  get cells(): CostCell[] {
    return [...this.#cells.values()].flatMap((group) => [...group.values()]);
  }

  /** How many units of this very size and number of rows have run; old ones that a limit made room of count no more. */
  samples(unit: CostUnit): number {
    return this.#cell(unit)?.samples ?? 0;
  }

  /** Null only if the nominal rate of this kind is unknown (NaN) and so is everything else. */
  predict(unit: CostUnit): Prediction | null {
    const exact = this.#cell(unit);
    if (exact) return prediction(exact.mean, Math.sqrt(exact.variance), 'MEASURED', exact.samples);
    const group = [...(this.#cells.get(groupKey(unit))?.values() ?? [])];
    return group.length > 0 ? interpolate(group, unit) : this.#modeled(unit);
  }

  seconds(unit: CostUnit): number | null {
    return this.predict(unit)?.seconds ?? null;
  }

  /**
   * How many times as fast one batch is as its parts one after the other, where all of them have been measured; null where not,
   * and then only a trial can tell.
   * @param unit of the whole batch
   * @param parts rows of each part
   */
  speedup(unit: CostUnit, parts: readonly number[]): number | null {
    const seconds = (rows: number): number | null => this.#measured({ ...unit, rows });
    const whole = seconds(unit.rows);
    let apart = 0;
    for (const rows of parts) apart += seconds(rows) ?? Number.NaN;
    return whole === null || Number.isNaN(apart) ? null : apart / whole;
  }

  #measured(unit: CostUnit): number | null {
    const cell = this.#cell(unit);
    return cell ? Math.exp(cell.mean) : null;
  }

  #cell(unit: CostUnit): CostCell | undefined {
    return this.#cells.get(groupKey(unit))?.get(cellKey(unit));
  }

  /** Another model's unit of this kind tells the device's rate; failing that, the nominal one. */
  #modeled(unit: CostUnit): Prediction | null {
    const rates = this.cells
      .filter(({ kind }) => kind === unit.kind)
      .map(({ effort, mean }) => effort / Math.exp(mean))
      .sort((a, b) => a - b);
    const median = rates[Math.floor(rates.length / 2)];
    const rate = median ?? this.#nominal(unit.kind);
    if (!(rate > 0)) return null;
    // Networks of other sizes reach other shares of a device's peak; a nominal rate may be off by far more.
    return prediction(Math.log(unit.effort / rate), Math.log(median === undefined ? 4 : 2) / 2, 'MODELED', 0);
  }
}

function learn(known: CostCell | undefined, sample: number): Pick<CostCell, 'mean' | 'variance' | 'samples'> {
  if (!known) return { mean: sample, variance: priorSpread ** 2, samples: 1 };
  const samples = known.samples + 1;
  // The first run of a size also prepares memory and kernels: if the second is faster, it alone counts.
  if (known.samples === 1 && sample < known.mean) return { mean: sample, variance: priorSpread ** 2, samples };
  const weight = Math.max(newest, 1 / samples);
  const distance = sample - known.mean;
  const variance = (1 - weight) * (known.variance + weight * distance * distance);
  return { mean: known.mean + weight * distance, variance, samples };
}

/** @param group not empty */
function interpolate(group: readonly CostCell[], unit: CostUnit): Prediction {
  const nearestRows = nearest(group, (cell) => Math.abs(Math.log(cell.rows / unit.rows))).rows;
  const curve = group.filter(({ rows }) => rows === nearestRows).sort((a, b) => a.size - b.size);
  const share = Math.log(unit.rows / nearestRows);
  const below = curve.findLast(({ size }) => size <= unit.size);
  const above = curve.find(({ size }) => size >= unit.size);
  if (below && above) {
    const gap = Math.log(above.size / below.size);
    const at = gap === 0 ? 0 : Math.log(unit.size / below.size) / gap;
    const mean = below.mean + at * (above.mean - below.mean);
    const closer = at < 0.5 ? below : above;
    return prediction(mean + share, spread(closer, gap / 4 + Math.abs(share)), 'INTERPOLATED', closer.samples);
  }
  const end = (below ?? above) as CostCell;
  // Per row: the rows' share is counted already, or is none where the number is the same.
  const growth = Math.log(unit.effort / unit.rows / (end.effort / end.rows));
  return prediction(
    end.mean + growth + share,
    spread(end, Math.abs(growth) + Math.abs(share)),
    'INTERPOLATED',
    end.samples,
  );
}

/** A tenth of the way in logarithms is added to what is known of the place it starts from. */
function spread(cell: CostCell, distance: number): number {
  return Math.sqrt(cell.variance) + distance / 10;
}

function prediction(mean: number, deviation: number, basis: Basis, samples: number): Prediction {
  const reach = 2 * (samples < 3 ? Math.max(priorSpread, deviation) : deviation);
  return {
    seconds: Math.exp(mean),
    lowSeconds: Math.exp(mean - reach),
    highSeconds: Math.exp(mean + reach),
    basis,
    samples,
  };
}

function nearest<T>(items: readonly T[], distance: (item: T) => number): T {
  return items.reduce((best, item) => (distance(item) < distance(best) ? item : best));
}

const groupKey = ({ model, kind }: CostUnit): string => `${kind} ${model}`;
const cellKey = ({ size, rows }: CostUnit): string => `${size}×${rows}`;
