import type { Device, Generation } from '@reelql/sdk';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Queue as QueueDocument, type QueueQuery, SetQueuePaused } from '../../../sdk/src/generated/operations.js';
import { client, documentOf } from '../transport/client.js';
import { mutate } from '../transport/mutate.js';
import { server } from '../transport/server.js';
import { queue } from './machine.js';

/** Between two steps a device is idle for a moment, which nobody needs to see. */
const idlePatienceMs = 1500;

/** The devices as they are, while somebody looks; idle once they are for a while. */
export function useDevices(): readonly Device[] {
  const [devices, setDevices] = useState<readonly Device[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const idle = new Map<string, ReturnType<typeof setTimeout>>();
    const show = (device: Device) =>
      setDevices((before) => {
        const at = before.findIndex(({ id }) => id === device.id);
        return at < 0 ? [...before, device] : before.with(at, device);
      });
    const known = new Set<string>();
    const follow = async () => {
      for await (const device of server.watchDevices({ signal: stop.signal })) {
        clearTimeout(idle.get(device.id));
        if (device.status === 'IDLE' && known.has(device.id))
          idle.set(
            device.id,
            setTimeout(() => show(device), idlePatienceMs),
          );
        else show(device);
        known.add(device.id);
      }
    };
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) console.warn('The devices cannot be followed.', error);
    });
    return () => {
      stop.abort();
      for (const timer of idle.values()) clearTimeout(timer);
    };
  }, []);
  return devices;
}

const document = documentOf(QueueDocument);
const shown = 100;

/** The caller's waiting generations, the next one first; fetched again whenever the queue changes. Null until they are known. */
export function useWaiting(): {
  readonly waiting: readonly Generation[] | null;
  readonly total: number;
  readonly refetch: () => void;
} {
  const [entries, setEntries] = useState<QueueQuery['queue']['entries'] | null>(null);
  const asked = useRef(0);
  const refetch = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    const { data } = await client.query(document, { first: shown }, { requestPolicy: 'network-only' });
    if (data && mine === asked.current) setEntries(data.queue.entries);
  }, []);
  useEffect(() => {
    void refetch();
    return queue.subscribe(() => void refetch());
  }, [refetch]);
  return {
    waiting: entries?.edges.map(({ node }) => node) ?? null,
    total: entries?.totalCount ?? 0,
    refetch: () => void refetch(),
  };
}

/** @throws ReelQLError FORBIDDEN for keys that are no admin's */
export async function setPaused(paused: boolean): Promise<void> {
  const { setQueuePaused } = await mutate(SetQueuePaused, { input: { paused } });
  queue.set(setQueuePaused.queue);
}
