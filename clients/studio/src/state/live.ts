import { useCallback, useSyncExternalStore } from 'react';
import { GenerationById } from '../../../sdk/src/generated/operations.js';
import { client, documentOf } from '../transport/client.js';
import { server } from '../transport/server.js';
import { after, type Live, nothing } from './after-event.js';

/**
 * One event stream for each unfinished generation that is on screen, however many components look at it. The stream survives
 * lost connections and restarts of the server by itself (SDK); when it ends, the cache is told the final state.
 */
class LiveGenerations {
  private readonly streams = new Map<string, { live: Live; listeners: Set<() => void>; stop: AbortController }>();

  subscribe(id: string, listener: () => void): () => void {
    const stream = this.streams.get(id) ?? this.open(id);
    stream.listeners.add(listener);
    return () => {
      stream.listeners.delete(listener);
      if (stream.listeners.size > 0) return;
      stream.stop.abort();
      this.streams.delete(id);
    };
  }

  get(id: string): Live {
    return this.streams.get(id)?.live ?? nothing;
  }

  private open(id: string) {
    const stream = { live: nothing, listeners: new Set<() => void>(), stop: new AbortController() };
    this.streams.set(id, stream);
    void this.follow(id, stream);
    return stream;
  }

  private async follow(id: string, stream: { live: Live; listeners: Set<() => void>; stop: AbortController }) {
    const { signal } = stream.stop;
    try {
      for await (const event of server.generations.events(id, { signal })) {
        stream.live = after(stream.live, event);
        for (const listener of stream.listeners) listener();
      }
    } catch (error) {
      if (!signal.aborted) console.warn(`The events of ${id} ended early.`, error);
    }
    if (!signal.aborted) await client.query(documentOf(GenerationById), { id }, { requestPolicy: 'network-only' });
  }
}

const generations = new LiveGenerations();

/** Follows a generation while the component is mounted and it is not finished. */
export function useLive(id: string, finished: boolean): Live {
  const subscribe = useCallback(
    (listener: () => void) => (finished ? () => {} : generations.subscribe(id, listener)),
    [id, finished],
  );
  return useSyncExternalStore(subscribe, () => (finished ? nothing : generations.get(id)));
}
