import { useCallback, useEffect, useRef, useState } from 'react';
import { frameAt, seekTime, type Timing } from '../../state/compare-clock.js';

/**
 * Plays a video again and again without a gap. Two elements play the same file by turns: the one in the back already shows its first
 * frame when the one in front ends, where an element that loops by itself would have to seek first.
 */
export function useLoop(timing: Timing) {
  const front = useRef<HTMLVideoElement>(null);
  const back = useRef<HTMLVideoElement>(null);
  const [shown, setShown] = useState<0 | 1>(0);
  const [frame, setFrame] = useState(0);
  const [playing, setPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const elementAt = useCallback((index: 0 | 1) => (index === 0 ? front : back).current, []);
  const { frameCount, fps } = timing;

  useEffect(() => {
    const current = elementAt(shown);
    const other = elementAt(shown === 0 ? 1 : 0);
    if (!current || !other) return;
    if (!playing) {
      current.pause();
      return;
    }
    const swap = () => {
      // A browser that lets nothing play before it is asked to: the next click does.
      other.play().catch(() => setPlaying(false));
      setShown(shown === 0 ? 1 : 0);
      current.currentTime = 0;
    };
    if (current.ended) swap();
    else current.play().catch(() => setPlaying(false));
    current.addEventListener('ended', swap);
    let request = 0;
    const look = () => {
      setFrame(frameAt(current.currentTime, { frameCount, fps }));
      request = requestAnimationFrame(look);
    };
    look();
    return () => {
      current.removeEventListener('ended', swap);
      cancelAnimationFrame(request);
    };
  }, [playing, shown, elementAt, frameCount, fps]);

  const seek = useCallback(
    (to: number) => {
      const current = elementAt(shown);
      if (!current) return;
      setPlaying(false);
      current.pause();
      current.currentTime = seekTime(to / fps, { frameCount, fps });
      setFrame(to);
    },
    [elementAt, shown, frameCount, fps],
  );
  const step = (direction: 1 | -1) => seek((frame + direction + frameCount) % frameCount);
  const toggle = () => setPlaying((before) => !before);
  return { front, back, shown, frame, playing, toggle, step, seek };
}
