import type { Lane } from './lane.js';

/**
 * In which executors a generation's state lies, and at which step. Those that did not take the last step are behind and of no
 * use any more; with guidance split over two devices there are two that are not.
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
    this.#states.set(generationId, states.set(lane, step));
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
