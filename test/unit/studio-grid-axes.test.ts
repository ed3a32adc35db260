import { expect, test } from 'vitest';
import { emptyDraft } from '../../clients/studio/src/state/draft.js';
import { type Axis, gridOf, valuesOf } from '../../clients/studio/src/state/grid-axes.js';

const draft = { ...emptyDraft, prompt: 'A red fox in the snow.', settings: { steps: 20 } };
const axis = (name: Axis['name'], text: string, replaces = ''): Axis => ({ name, text, replaces });

test.each([
  [axis('steps', '4, 8,8, 16'), ['4', '8', '16']],
  [axis('steps', '4..12/4'), ['4', '8', '12']],
  [axis('seed', '1..3, 40'), ['1', '2', '3', '40']],
  [axis('guidanceScale', '1, 4.5, much'), ['1', '4.5']],
  [axis('steps', '9..3'), []],
  [axis('sampler', 'unipc, euler, dmd, other'), ['UNIPC', 'EULER', 'DMD']],
  [axis('words', 'at night, in the rain，雪'), ['at night', 'in the rain', '雪']],
])('values of $name: $text', (given, expected) => expect(valuesOf(given)).toEqual(expected));

test('a range is not counted out beyond the cells of a grid', () => {
  expect(valuesOf(axis('seed', '0..9007199254740991')).length).toBe(64);
});

test('row by row, all with one seed, nothing else changed', () => {
  const grid = gridOf(draft, axis('steps', '4, 8'), axis('guidanceScale', '1, 3, 5'), 77);
  expect([grid.columns, grid.rows]).toEqual([
    ['4', '8'],
    ['1', '3', '5'],
  ]);
  expect(grid.inputs.map(({ settings }) => [settings?.guidanceScale, settings?.steps])).toEqual([
    [1, 4],
    [1, 8],
    [3, 4],
    [3, 8],
    [5, 4],
    [5, 8],
  ]);
  expect(new Set(grid.inputs.map(({ settings }) => settings?.seed))).toEqual(new Set([77]));
});

test('the draft’s own seed stays; the seed as an axis goes before it', () => {
  const kept = { ...draft, seed: 5 };
  expect(gridOf(kept, axis('steps', '4'), null, 77).inputs[0]?.settings?.seed).toBe(5);
  expect(gridOf(kept, axis('seed', '1, 2'), null, 77).inputs.map(({ settings }) => settings?.seed)).toEqual([1, 2]);
});

test('words stand in for others, or come behind the prompt', () => {
  const prompts = (replaces: string) =>
    gridOf(draft, axis('words', 'blue whale, old car', replaces), null, 1).inputs.map(({ prompt }) => prompt);
  expect(prompts('Red fox')).toEqual(['A blue whale in the snow.', 'A old car in the snow.']);
  expect(prompts('')).toEqual(['A red fox in the snow, blue whale', 'A red fox in the snow, old car']);
});
