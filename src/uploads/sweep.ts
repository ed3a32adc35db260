import type { Log } from '../log.js';
import type { UploadStore } from './upload-store.js';

const everyMs = 60 * 60 * 1000;

/** Removes uploads that nobody used, now and every hour. Returns what ends that; it resolves when nothing is being removed. */
export function startSweeping(uploads: Pick<UploadStore, 'sweep'>, log: Log): () => Promise<void> {
  let sweeping = Promise.resolve();
  const sweep = (): void => {
    sweeping = sweeping
      .then(() => uploads.sweep())
      .then(
        (count) => {
          if (count > 0) log.info({ count }, 'Removed uploads that no generation used');
        },
        (err) => log.error({ err }, 'Unused uploads could not be removed; the next try is in an hour'),
      );
  };
  sweep();
  const timer = setInterval(sweep, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return sweeping;
  };
}
