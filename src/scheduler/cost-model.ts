/** Weight of a new measurement against all before it: a machine that gets busier is noticed within a few units. */
const newest = 0.3;

/**
 * What units take on one device, learned from those that ran. A size is whatever a kind's time grows with (tokens, bytes,
 * pixels), as long as one kind always means the same.
 */
export class CostModel {
  readonly #seconds = new Map<string, Map<number, number>>();

  observe(model: string, kind: string, size: number, seconds: number): void {
    const key = `${model} ${kind}`;
    const curve = this.#seconds.get(key) ?? new Map<number, number>();
    this.#seconds.set(key, curve);
    const known = curve.get(size);
    curve.set(size, known === undefined ? seconds : known + newest * (seconds - known));
  }

  /**
   * Seconds of one unit; null until one of this model and kind has run. A size that has not run is taken in proportion from
   * the one nearest to it: too little for attention, whose time grows faster than its tokens, and better than nothing.
   */
  seconds(model: string, kind: string, size: number): number | null {
    const curve = this.#seconds.get(`${model} ${kind}`);
    if (!curve) return null;
    let best: { distance: number; seconds: number } | null = null;
    for (const [known, seconds] of curve) {
      const distance = Math.abs(Math.log(size / known));
      if (best === null || distance < best.distance) best = { distance, seconds: (seconds * size) / known };
    }
    return best?.seconds ?? null;
  }
}
