import { useEffect, useRef, useState } from 'react';
import { type Clock, lengthOf, sought, stepped, type Timing, ticked } from './compare-clock.js';

/** A clock for videos that are shown together, in the time of the screen's frames. */
export function useClock(videos: readonly Timing[]) {
  const length = lengthOf(videos);
  const [clock, setClock] = useState<Clock>(() => ({
    time: 0,
    playing: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  }));
  const last = useRef<number | null>(null);
  const { playing } = clock;
  useEffect(() => {
    if (!playing) return;
    let request = 0;
    const tick = (now: number) => {
      const seconds = last.current === null ? 0 : (now - last.current) / 1000;
      last.current = now;
      setClock((before) => ticked(before, seconds, length));
      request = requestAnimationFrame(tick);
    };
    request = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(request);
      last.current = null;
    };
  }, [playing, length]);
  return {
    clock,
    length,
    seek: (time: number) => setClock((before) => ({ ...sought(before, time, length), playing: false })),
    step: (direction: 1 | -1) => setClock((before) => stepped(before, direction, videos)),
    toggle: () => setClock((before) => ({ ...before, playing: !before.playing })),
  };
}
