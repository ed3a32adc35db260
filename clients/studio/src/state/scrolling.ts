import { Store } from './store.js';

/** Without an event for as long, it is over. */
const pauseMs = 150;

/** Whether the page is being scrolled: what can wait, waits until it stands still. */
export const scrolling = new Store(false);

let timer: ReturnType<typeof setTimeout> | undefined;

export function watchScrolling(): void {
  const noticed = () => {
    scrolling.set(true);
    clearTimeout(timer);
    timer = setTimeout(() => scrolling.set(false), pauseMs);
  };
  addEventListener('scroll', noticed, { passive: true });
}

/** Does something now, or when the page stands still. @returns what calls it off, or undoes it */
export function whenStill(act: () => () => void): () => void {
  if (!scrolling.get()) return act();
  let undo = scrolling.subscribe(() => {
    undo();
    undo = act();
  });
  return () => undo();
}
