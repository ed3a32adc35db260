import type { Value } from '../../graph/graph.js';

/** The frames a convolution looks back on, oldest first, in the form's own layout. */
export interface History {
  /** null stands for zeros of the same shape as `like`. */
  readonly parts: readonly (Value | null)[];
  readonly like: Value;
}

/**
 * What the causal convolutions of a network remember, by weight name. One object per chunk: it tells what was there before
 * and collects what the next chunk will need.
 */
export class Past {
  /** What this chunk leaves behind, in the order of the convolutions; in the graph once it is asked for. */
  readonly left = new Map<string, () => History>();

  /** @param of the history of a convolution; undefined at the start of the video. */
  constructor(readonly of: (name: string) => History | undefined = () => undefined) {}

  remember(name: string, history: () => History): void {
    this.left.set(name, history);
  }
}
