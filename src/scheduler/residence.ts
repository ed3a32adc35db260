import type { Lane } from './lane.js';

/**
 * In which executors a generation's state lies, at which step, and how large it is: in one executor, or with guidance split over
 * two devices in two. Generations are in the order in which their states were used, the latest last.
 */
export class Residence {
  readonly #states = new Map<string, Map<Lane, number>>();
  /** Of one state of each generation that was ever opened. */
  readonly #bytes = new Map<string, number>();
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

  /** The lane has it now, where it takes so many bytes. */
  open(generationId: string, lane: Lane, step: number, bytes: number): void {
    this.#bytes.set(generationId, bytes);
    this.set(generationId, lane, step);
  }

  /** A lane that has it is at this step. */
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

  /** Generations for which there is no room where a lane's states may take so many bytes, those used least recently first. */
  surplus(lane: Lane, mostBytes: number): string[] {
    let room = mostBytes;
    const here = [...this.#states].filter(([, states]) => states.has(lane)).map(([id]) => id);
    const lastOut = here.findLastIndex((id) => {
      room -= this.#bytes.get(id) ?? 0;
      return room < 0;
    });
    return here.slice(0, lastOut + 1);
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
    this.#bytes.delete(generationId);
    this.#decoding.delete(generationId);
    return [...lanes];
  }
}
