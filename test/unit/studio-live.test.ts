import type { GenerationEvent, Preview } from '@reelql/sdk';
import { expect, it } from 'vitest';
import { bytes, duration } from '../../clients/studio/src/i18n/format.js';
import { after, nothing } from '../../clients/studio/src/state/after-event.js';

const common = { occurredAt: '2026-11-22T12:00:00Z', generationId: 'g' };
const progress = {
  phase: 'DENOISING',
  step: 3,
  totalSteps: 20,
  fraction: 0.15,
  secondsRemaining: 12,
  queuePosition: null,
} as const;
const preview: Preview = {
  step: 3,
  width: 64,
  height: 40,
  frameCount: 9,
  mimeType: 'image/webp',
  data: 'UklGRg==',
  url: '/previews/1',
};

function progressed(sequence: number, change: object, picture: Preview | null): GenerationEvent {
  return {
    ...common,
    __typename: 'GenerationProgressed',
    sequence,
    progress: { ...progress, ...change, preview: picture },
  } as GenerationEvent;
}

it('shows the last picture until there is a better one', () => {
  const first = after(nothing, progressed(3, {}, preview));
  expect(first).toEqual({ progress, preview, resumedFrom: null });
  const second = after(first, progressed(4, { phase: 'DECODING', fraction: 0.9 }, null));
  expect(second.preview).toBe(first.preview);
  expect(second.progress).toEqual({ ...progress, phase: 'DECODING', fraction: 0.9 });
  const sharper = { ...preview, step: 4, data: 'UklGRh==' };
  expect(after(second, progressed(5, {}, sharper)).preview).toEqual(sharper);
});

it('remembers from where it was resumed', () => {
  const resumed = { ...common, __typename: 'GenerationResumed', sequence: 6, fromStep: 4, cause: 'SERVER_RESTARTED' };
  const live = after(after(nothing, progressed(3, {}, preview)), resumed as GenerationEvent);
  expect(live).toEqual({ progress, preview, resumedFrom: 4 });
});

it('is not changed by events that say nothing of progress', () => {
  const started = { ...common, __typename: 'GenerationStarted', sequence: 2, device: { id: 'd', name: 'CPU' } };
  expect(after(nothing, started as GenerationEvent)).toBe(nothing);
});

it.each([
  [0.84, '0.8 s'],
  [4.2, '4 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [200, '3 min 20 s'],
  [3900, '1 h 5 min'],
])('says %d seconds as %s', (seconds, text) => {
  expect(duration(seconds, 'en').replaceAll(' ', ' ')).toBe(text);
});

it.each([
  [0, '0 byte'],
  [205_456_096, '205 MB'],
  [1_240_000_000, '1.2 GB'],
  [18_240_000_000, '18.2 GB'],
])('says %d bytes as %s', (value, text) => {
  expect(bytes(value, 'en').replaceAll(' ', ' ')).toBe(text);
});
