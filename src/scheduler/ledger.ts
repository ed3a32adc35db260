import type { ComponentName } from '../../inference/bundle/manifest.js';

/** Left to everybody else on the device. */
const headroomBytes = 1.5 * 2 ** 30;

export interface LoadedComponent {
  readonly model: string;
  /** Where the model's bundle lies: what the executor knows it by. */
  readonly directory: string;
  readonly component: ComponentName;
  readonly bytes: number;
}

/**
 * Whose weights lie on one device. It counts weights only; what a unit needs beside them is not predicted yet, so it can
 * release too late, and never refuses anything.
 */
export class Ledger {
  readonly #totalBytes: number;
  /** Models in the order of their last use, the latest last. */
  readonly #components = new Map<string, Map<ComponentName, LoadedComponent>>();

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  holds(model: string, component: ComponentName): boolean {
    return this.#components.get(model)?.has(component) ?? false;
  }

  get models(): string[] {
    return [...this.#components.keys()];
  }

  get entries(): LoadedComponent[] {
    return [...this.#components.values()].flatMap((components) => [...components.values()]);
  }

  get bytes(): number {
    return this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Marks a model as the one used last. */
  use(model: string): void {
    const components = this.#components.get(model);
    if (!components) return;
    this.#components.delete(model);
    this.#components.set(model, components);
  }

  loaded(entry: LoadedComponent): void {
    const components = this.#components.get(entry.model) ?? new Map<ComponentName, LoadedComponent>();
    components.set(entry.component, entry);
    this.#components.set(entry.model, components);
    this.use(entry.model);
  }

  released(model: string): void {
    this.#components.delete(model);
  }

  /** The executor has gone, and everything with it. */
  clear(): void {
    this.#components.clear();
  }

  directory(model: string): string | undefined {
    const [first] = this.#components.get(model)?.values() ?? [];
    return first?.directory;
  }

  /** Models to release, least recently used first, before `bytes` more of `model` are loaded. */
  toRelease(model: string, bytes: number): string[] {
    const victims: string[] = [];
    let excess = this.bytes + bytes + headroomBytes - this.#totalBytes;
    for (const [other, components] of this.#components) {
      if (excess <= 0) break;
      if (other === model) continue;
      victims.push(other);
      for (const entry of components.values()) excess -= entry.bytes;
    }
    return victims;
  }
}
