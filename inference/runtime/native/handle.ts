import type { ApiName } from './api.js';
import type { OrtLibrary, Pointer } from './library.js';

let live = 0;

/** How many native objects of this process are not released yet; for tests. */
export function liveHandles(): number {
  return live;
}

/** A native object that is released once, by whoever made it. */
export class Handle {
  #pointer: Pointer | null;

  constructor(
    private readonly ort: OrtLibrary,
    private readonly releaseName: ApiName,
    pointer: Pointer,
    /** What it points to: not collected before the handle is. */
    readonly memory?: object,
  ) {
    this.#pointer = pointer;
    live++;
  }

  /** @throws if it was released. */
  get pointer(): Pointer {
    if (this.#pointer === null) throw new Error(`used after ${this.releaseName}`);
    return this.#pointer;
  }

  /** @throws if it was released before: freeing memory twice would corrupt it. */
  release(): void {
    const { pointer } = this;
    this.#pointer = null;
    live--;
    this.ort.release(this.releaseName, pointer);
  }
}

/** Handles that end together, the youngest first. */
export class Scope {
  readonly #handles: Handle[] = [];

  constructor(private readonly ort: OrtLibrary) {}

  /** @param create its last parameter is where the object's address goes. */
  make(create: ApiName, release: ApiName, ...args: unknown[]): Pointer {
    return this.own(new Handle(this.ort, release, this.ort.make(create, ...args)));
  }

  own(handle: Handle): Pointer {
    this.#handles.push(handle);
    return handle.pointer;
  }

  release(): void {
    for (const handle of this.#handles.splice(0).reverse()) handle.release();
  }
}
