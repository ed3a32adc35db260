import type { GenerationEvent, Preview, Progress } from '@reelql/sdk';

/** What is known of a generation beyond the cache while it is not finished. */
export interface Live {
  readonly progress: Progress | null;
  readonly preview: Preview | null;
  readonly resumedFrom: number | null;
}

export const nothing: Live = { progress: null, preview: null, resumedFrom: null };

/** A progress without a picture leaves the last one standing. */
export function after(live: Live, event: GenerationEvent): Live {
  if (event.__typename === 'GenerationProgressed') {
    const { preview, ...progress } = event.progress;
    return { ...live, progress, preview: preview ?? live.preview };
  }
  if (event.__typename === 'GenerationResumed') return { ...live, resumedFrom: event.fromStep };
  return live;
}
