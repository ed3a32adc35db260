import type { Progress } from '@reelql/sdk';
import { useEffect, useState } from 'react';

/** The server's estimate at its last event, counted down from then on: steps of a large model are seconds apart. */
export function useSecondsLeft(progress: Progress): number | null {
  const { secondsRemaining } = progress;
  const [left, setLeft] = useState(secondsRemaining);
  useEffect(() => {
    setLeft(secondsRemaining);
    if (secondsRemaining === null) return;
    const since = performance.now();
    const timer = setInterval(() => {
      setLeft(Math.max(0, secondsRemaining - (performance.now() - since) / 1000));
    }, 1000);
    return () => clearInterval(timer);
  }, [secondsRemaining]);
  return left;
}
