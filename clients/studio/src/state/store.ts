import { useCallback, useSyncExternalStore } from 'react';

/** A value that components and plain code share. What it holds is replaced, never changed in place. */
export class Store<Value> {
  private readonly listeners = new Set<(value: Value) => void>();

  constructor(private value: Value) {}

  get = (): Value => this.value;

  set = (next: Value | ((value: Value) => Value)): void => {
    const value = typeof next === 'function' ? (next as (value: Value) => Value)(this.value) : next;
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener(value);
  };

  subscribe = (listener: (value: Value) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** The store's value, or a part of it: the component renders again when that part is another one. */
export function useStore<Value>(store: Store<Value>): Value;
export function useStore<Value, Part>(store: Store<Value>, part: (value: Value) => Part): Part;
export function useStore<Value>(store: Store<Value>, part: (value: Value) => unknown = (value) => value): unknown {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  return useSyncExternalStore(subscribe, () => part(store.get()));
}

/** A store that survives a reload, as far as the browser lets it. `read` makes sense of what an older page has left there. */
export function storedStore<Value>(key: string, read: (stored: unknown) => Value): Store<Value> {
  const store = new Store(read(stored(key)));
  store.subscribe((value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Private windows and full disks refuse: the page works, and forgets.
    }
  });
  return store;
}

function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
