import { expect, it } from 'vitest';
import { promptText } from '../../clients/studio/src/i18n/prompt-text.js';
import { draftFrom, emptyDraft, inputOf, randomSeed, urgent } from '../../clients/studio/src/state/draft.js';
import { filterOf, noFilters } from '../../clients/studio/src/state/filter-of.js';
import { remembered } from '../../clients/studio/src/state/remembered.js';

const now = Date.parse('2026-11-22T12:00:00Z');

it('asks for what the draft says, and for a random seed where none is locked', () => {
  const input = inputOf({ ...emptyDraft, prompt: '  a cat \n', settings: { steps: 30 } }, { first: false });
  expect(input).toMatchObject({ prompt: 'a cat', settings: { steps: 30, seed: null }, priority: 0 });
  expect(inputOf({ ...emptyDraft, seed: 7 }, { first: true })).toMatchObject({
    settings: { seed: 7 },
    priority: urgent,
  });
});

it('takes up the draft of an earlier visit, whatever an older page has left', () => {
  expect(draftFrom(null, now)).toEqual(emptyDraft);
  expect(draftFrom('nonsense', now)).toEqual(emptyDraft);
  expect(draftFrom({ prompt: 'a cat', gone: 1, formats: [] }, now)).toEqual({ ...emptyDraft, prompt: 'a cat' });
});

it('keeps an uploaded picture only while the server has it', () => {
  const firstFrame = { id: 'u', url: '/uploads/u', width: 64, height: 64, expiresAt: '2026-11-22T13:00:00Z' };
  expect(draftFrom({ ...emptyDraft, firstFrame }, now).firstFrame).toEqual(firstFrame);
  expect(draftFrom({ ...emptyDraft, firstFrame }, now + 3_600_000).firstFrame).toBeNull();
  expect(draftFrom({ ...emptyDraft, firstFrame: { ...firstFrame, expiresAt: null } }, now).firstFrame).not.toBeNull();
});

it('calls a video by its prompt, and one without a prompt by words for that', () => {
  expect(promptText('a cat', (key) => key)).toBe('a cat');
  expect(promptText('', (key) => key)).toBe('prompt.none');
});

it('draws seeds that a server takes', () => {
  expect(randomSeed(() => 0)).toBe(0);
  expect(Number.isSafeInteger(randomSeed(() => 0.999_999_999_9))).toBe(true);
});

it('remembers prompts, the newest first and none twice', () => {
  expect(remembered(['b', 'a'], 'c')).toEqual(['c', 'b', 'a']);
  expect(remembered(['b', 'a'], ' a ')).toEqual(['a', 'b']);
  expect(remembered(['b'], '  ')).toEqual(['b']);
  expect(
    remembered(
      Array.from({ length: 60 }, (_, n) => `${n}`),
      'new',
    ),
  ).toHaveLength(50);
});

it('narrows the gallery by what was chosen and nothing else', () => {
  expect(filterOf(noFilters, now)).toEqual({});
  expect(filterOf({ text: ' red car ', status: 'active', modelId: 'm', starred: true, date: 'day' }, now)).toEqual({
    text: 'red car',
    status: ['QUEUED', 'RUNNING'],
    modelId: 'm',
    starred: true,
    createdAfter: '2026-11-21T12:00:00.000Z',
  });
});
