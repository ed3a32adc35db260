import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { Basis } from './cost-model.js';
import type { PeakUnit } from './memory-model.js';

/** The most that units of one model, component and size have been seen to need. */
export interface PeakCell {
  readonly model: string;
  readonly component: ComponentName;
  readonly part?: PeakUnit['part'];
  readonly size: number;
  readonly bytes: number;
  /** What had been reckoned. */
  readonly modeledBytes: number;
}

/** Charged above what was measured: allocators round, and the next run is not the last one. */
const margin = 1.05;
/** What a unit that ran out of memory is predicted to need the next time, of what it was predicted to need. */
const afterOutOfMemory = 1.25;
/** A peak so many times as high as was predicted means that nobody knows yet what such units need … */
const farOver = 1.25;
/** … until so many of them in a row were not. */
export const runsToTrust = 3;
/** How fast a peak that does not come back is forgotten. */
const forget = 0.1;
const maxCells = 32;

/**
 * Bytes that units need beside the weights, on one device: a line (intercept + slope × size) above everything measured, because
 * a prediction too high costs a little room and one too low costs the unit. It is laid anew after every run.
 */
export class PeakModel {
  readonly #cells = new Map<string, Map<number, PeakCell>>();
  readonly #lines = new Map<string, Line>();
  /** Of models' components that took far more than was predicted: runs without such a surprise that are wanted yet. */
  readonly #distrusted = new Map<string, number>();
  /** Units after which more was taken than anybody reckons with, maybe by somebody else. */
  readonly #suspected = new Map<string, number>();

  observe(unit: PeakUnit, bytes: number): void {
    if (!(bytes >= 0) || !Number.isFinite(bytes)) return;
    this.#judge(unit, bytes);
    const known = this.#cells.get(key(unit))?.get(unit.size)?.bytes ?? 0;
    this.#set(unit, Math.max(bytes, known - forget * (known - bytes)));
  }

  /**
   * So much was taken while it ran, by it or by another process, who cannot be told apart. Seen once it is a reason for caution,
   * seen at the next run too it is the unit's.
   * @returns the bytes that are now believed to be its own; null if none are
   */
  suspect(unit: PeakUnit, bytes: number): number | null {
    const before = this.#suspected.get(unitKey(unit));
    this.#distrusted.set(key(unit), runsToTrust);
    if (before === undefined) {
      this.#suspected.set(unitKey(unit), bytes);
      return null;
    }
    const believed = Math.min(before, bytes);
    this.observe(unit, believed);
    return believed;
  }

  /** What units of this kind need was far above what had been predicted, a short while ago. */
  isDistrusted(unit: Network): boolean {
    return this.#distrusted.has(key(unit));
  }

  /** It had been given what is predicted, and that was too little. */
  outOfMemory(unit: PeakUnit): void {
    this.#set(unit, (afterOutOfMemory / margin) * this.predict(unit).bytes);
  }

  predict(unit: PeakUnit): { readonly bytes: number; readonly basis: Basis } {
    const cells = this.#cells.get(key(unit));
    const line = this.#line(key(unit));
    if (!cells || !line) return { bytes: unit.modeledBytes, basis: 'MODELED' };
    const bytes = at(line, unit);
    if (cells.has(unit.size)) return { bytes, basis: 'MEASURED' };
    // Below all that was measured the line may be level for want of a second point; what is reckoned is too much as well.
    return { bytes: unit.size < line.smallest ? Math.min(bytes, unit.modeledBytes) : bytes, basis: 'INTERPOLATED' };
  }

  get cells(): PeakCell[] {
    return [...this.#cells.values()].flatMap((cells) => [...cells.values()]);
  }

  /** Puts back what `cells` told, maybe in another process. */
  restore(cell: PeakCell): void {
    this.#set(cell, cell.bytes);
  }

  /** Before the observation is part of what is predicted. */
  #judge(unit: PeakUnit, bytes: number): void {
    this.#suspected.delete(unitKey(unit));
    const wanted = (this.#distrusted.get(key(unit)) ?? 0) - 1;
    if (bytes > farOver * this.predict(unit).bytes) this.#distrusted.set(key(unit), runsToTrust);
    else if (wanted > 0) this.#distrusted.set(key(unit), wanted);
    else this.#distrusted.delete(key(unit));
  }

  #set({ model, component, part, size, modeledBytes }: Omit<PeakCell, 'bytes'>, bytes: number): void {
    const network = { model, component, part };
    const group = this.#cells.get(key(network)) ?? new Map<number, PeakCell>();
    this.#cells.set(key(network), group);
    group.delete(size);
    group.set(size, { ...network, size, bytes, modeledBytes });
    if (group.size > maxCells) group.delete(group.keys().next().value as number);
    this.#lines.delete(key(network));
  }

  #line(key: string): Line | undefined {
    const known = this.#lines.get(key);
    const cells = this.#cells.get(key);
    if (known || !cells) return known;
    const line = upperEnvelope([...cells.values()]);
    this.#lines.set(key, line);
    return line;
  }
}

type Point = Pick<PeakCell, 'size' | 'bytes' | 'modeledBytes'>;

interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly smallest: number;
  readonly largest: Point;
}

/**
 * Up to the largest that was measured, on the line, and a margin. Beyond it a line through few points may be too flat: there it grows
 * as is reckoned, or more if that was too little where it was measured.
 */
function at({ intercept, slope, largest }: Line, { size, modeledBytes }: PeakUnit): number {
  const onLine = margin * (intercept + slope * size);
  if (size <= largest.size) return onLine;
  return Math.max(onLine, modeledBytes * Math.max(1, largest.bytes / largest.modeledBytes));
}

/**
 * Of all lines that rise, start at 0 or above and leave no point above them, the one closest to the points in sum. Such a line
 * goes through two of them, is level, or starts at 0.
 * @param points not empty
 */
function upperEnvelope(points: readonly Point[]): Line {
  const most = Math.max(...points.map(({ bytes }) => bytes));
  const largest = points.reduce((a, b) => (b.size > a.size ? b : a));
  const candidates = [{ intercept: most, slope: 0 }];
  if (points.length > 1) candidates.push({ intercept: 0, slope: Math.max(...points.map((p) => p.bytes / p.size)) });
  for (const a of points) {
    for (const b of points) {
      if (a.size >= b.size) continue;
      const slope = (b.bytes - a.bytes) / (b.size - a.size);
      const intercept = a.bytes - slope * a.size;
      if (slope >= 0 && intercept >= 0) candidates.push({ intercept, slope });
    }
  }
  const above = candidates.filter((line) =>
    points.every(({ size, bytes }) => line.intercept + line.slope * size >= bytes * (1 - 1e-9)),
  );
  const excess = (line: { intercept: number; slope: number }): number =>
    points.reduce((sum, { size, bytes }) => sum + line.intercept + line.slope * size - bytes, 0);
  const best = above.reduce((a, b) => (excess(b) < excess(a) ? b : a));
  return { ...best, smallest: Math.min(...points.map(({ size }) => size)), largest };
}

type Network = Pick<PeakUnit, 'model' | 'component' | 'part'>;

const key = ({ model, component, part }: Network): string => `${component} ${part ?? ''} ${model}`;
const unitKey = (unit: PeakUnit): string => `${unit.size} ${key(unit)}`;
