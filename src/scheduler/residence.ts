import type { Lane } from './lane.js';

/**
 * In which executors a generation's state lies, and at which step: in one, or with guidance split over two devices in two.
 * Generations are in the order in which their states were used, the latest last.
 */
export class Residence {
  readonly #states = new Map<string, Map<Lane, number>>();
  /** Where a video is being decoded. */
  readonly #decoding = new Map<string, Lane>();

  /** A lane that has the generation at this very step. */
  laneAt(generationId: string, step: number): Lane | null {
    for (const [lane, at] of this.#states.get(generationId) ?? []) if (at === step) return lane;
    return null;
  }

  isAt(generationId: string, lane: Lane, step: number): boolean {
    return this.#states.get(generationId)?.get(lane) === step;
  }

  set(generationId: string, lane: Lane, step: number): void {
    const states = this.#states.get(generationId) ?? new Map<Lane, number>();
    this.#states.delete(generationId);
    this.#states.set(generationId, states.set(lane, step));
  }

  /** The lane is about to have none of it, or has one that is behind. */
  drop(generationId: string, lane: Lane): void {
    this.#states.get(generationId)?.delete(lane);
  }

  /** Other lanes that have it. */
  elsewhere(generationId: string, lane: Lane): Lane[] {
    return [...(this.#states.get(generationId)?.keys() ?? [])].filter((other) => other !== lane);
  }

  /** Generations beyond so many on one lane, those used least recently first. */
  surplus(lane: Lane, most: number): string[] {
    const here = [...this.#states].filter(([, states]) => states.has(lane)).map(([id]) => id);
    return here.slice(0, Math.max(0, here.length - most));
  }

  decodingLane(generationId: string): Lane | null {
    return this.#decoding.get(generationId) ?? null;
  }

  setDecoding(generationId: string, lane: Lane | null): void {
    if (lane) this.#decoding.set(generationId, lane);
    else this.#decoding.delete(generationId);
  }

  /** The executor has gone. */
  lost(lane: Lane): void {
    for (const states of this.#states.values()) states.delete(lane);
    for (const [id, at] of this.#decoding) if (at === lane) this.#decoding.delete(id);
  }

  /** Nothing of it is of use any more. @returns the lanes that have something of it */
  remove(generationId: string): Lane[] {
    const lanes = new Set(this.#states.get(generationId)?.keys() ?? []);
    const decoding = this.#decoding.get(generationId);
    if (decoding) lanes.add(decoding);
    this.#states.delete(generationId);
    this.#decoding.delete(generationId);
    return [...lanes];
  }
}
