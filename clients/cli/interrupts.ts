/** How long a Ctrl-C waits for a second one. */
const graceMs = 1_000;

export interface InterruptActions {
  /** After the first Ctrl-C. */
  warn(): void;
  /** When no second one came within the second. */
  cancel(): void;
  /** When it did. */
  detach(): void;
}

/**
 * Ctrl-C cancels, twice detaches. The first one waits a second for the other, so that detaching leaves the generation alone; after
 * a cancel one more ends the process at once. Returns what gives Ctrl-C back.
 */
export function onInterrupt({ warn, cancel, detach }: InterruptActions): () => void {
  let state: 'calm' | 'waiting' | 'canceling' = 'calm';
  let timer: NodeJS.Timeout | undefined;
  const interrupted = () => {
    switch (state) {
      case 'calm':
        state = 'waiting';
        warn();
        timer = setTimeout(() => {
          state = 'canceling';
          cancel();
        }, graceMs);
        break;
      case 'waiting':
        clearTimeout(timer);
        release();
        detach();
        break;
      case 'canceling':
        process.exit(130);
    }
  };
  const release = () => {
    clearTimeout(timer);
    process.off('SIGINT', interrupted);
  };
  process.on('SIGINT', interrupted);
  return release;
}
