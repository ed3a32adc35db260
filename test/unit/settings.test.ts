import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputHash } from '../../src/generations/idempotency.js';
import type { InputIssue } from '../../src/generations/issue.js';
import { promptIssues } from '../../src/generations/prompt.js';
import {
  isResolved,
  maxSeed,
  type ResolvedSettings,
  resolveSettings,
  type SettingsInput,
} from '../../src/generations/settings.js';
import { toyModel } from '../support/api-server.js';

const seed = 42;
function resolve(input: SettingsInput): ResolvedSettings {
  const result = resolveSettings(input, toyModel, () => seed);
  if (!isResolved(result)) throw new Error(JSON.stringify(result));
  return result;
}
function issues(input: SettingsInput): readonly InputIssue[] {
  const result = resolveSettings(input, toyModel, () => seed);
  if (isResolved(result)) throw new Error('No issues.');
  return result;
}

describe('settings', () => {
  it('take the defaults of the model and a random seed where nothing is given', () => {
    const expected = { settings: { ...toyModel.defaults, seed }, adjustments: [], warnings: [] };
    expect(resolve({})).toEqual(expected);
    expect(resolve({ width: null, seed: null, sampler: undefined })).toEqual(expected);
  });

  it('that are resolved resolve to themselves', () => {
    const size = fc.integer({ min: 1, max: 10 }).map((n) => n * 32);
    const settings = fc.record({
      width: size,
      height: size,
      frameCount: fc.integer({ min: 1, max: 64 }),
      steps: fc.integer({ min: 1, max: 50 }),
      fps: fc.integer({ min: 1, max: 60 }),
      guidanceScale: fc.double({ min: 0, max: 100, noNaN: true }),
      seed: fc.integer({ min: 0, max: maxSeed }),
    });
    fc.assert(
      fc.property(settings, (input) => {
        const first = resolve(input);
        const second = resolve(first.settings);
        expect(second.settings).toEqual(first.settings);
        expect(second.adjustments).toEqual([]);
        expect(first.settings.frameCount % 4).toBe(1);
      }),
    );
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 5],
    [5, 5],
    [30, 29],
    [32, 33],
    [33, 33],
  ])('round %i frames to %i, as diffusers does', (asked, used) => {
    const { settings, adjustments } = resolve({ frameCount: asked });
    expect(settings.frameCount).toBe(used);
    expect(adjustments).toHaveLength(asked === used ? 0 : 1);
  });

  it.each([
    [
      { width: 250 },
      'NOT_MULTIPLE_OF',
      'width must be a multiple of 32 from 32 to 512; 250 is not. The nearest is 256.',
    ],
    [{ width: 0 }, 'TOO_SMALL', 'The nearest is 32.'],
    [{ width: -64 }, 'TOO_SMALL', 'The nearest is 32.'],
    [{ width: 1e9 }, 'TOO_LARGE', 'The nearest is 512.'],
    [{ width: 64.5 }, 'NOT_MULTIPLE_OF', 'The nearest is 64.'],
    [{ height: 321 }, 'TOO_LARGE', 'from 32 to 320'],
    [{ frameCount: 0 }, 'TOO_SMALL', 'from 1 to 65'],
    [{ frameCount: 68 }, 'TOO_LARGE', 'from 1 to 65; 69 is not'],
    [{ frameCount: 1.5 }, 'UNSUPPORTED', 'a whole number'],
    [{ steps: 0 }, 'TOO_SMALL', 'from 1 to 50'],
    [{ steps: 51 }, 'TOO_LARGE', 'from 1 to 50'],
    [{ fps: 0 }, 'TOO_SMALL', 'from 1 to 60'],
    [{ guidanceScale: Number.NaN }, 'UNSUPPORTED', 'guidanceScale must be a number from 0 to 100; NaN is not.'],
    [{ guidanceScale: -0.1 }, 'TOO_SMALL', 'from 0'],
    [{ guidanceScale: Number.POSITIVE_INFINITY }, 'TOO_LARGE', 'to 100'],
    [{ guidanceRescale: -0.1 }, 'TOO_SMALL', 'from 0 to 1; -0.1 is not'],
    [{ guidanceRescale: 1.1 }, 'TOO_LARGE', 'from 0 to 1; 1.1 is not'],
    [{ shift: 0 }, 'TOO_SMALL', 'from 0.01'],
    [{ seed: -1 }, 'TOO_SMALL', 'from 0 to 9007199254740991'],
    [{ seed: 2 ** 53 }, 'TOO_LARGE', 'from 0 to 9007199254740991'],
    [{ seed: 0.5 }, 'UNSUPPORTED', 'a whole number'],
    [{ cacheSteps: -1 }, 'TOO_SMALL', 'from 0 to 3; -1 is not'],
    [{ cacheSteps: 4 }, 'TOO_LARGE', 'from 0 to 3; 4 is not'],
    [{ cacheSteps: 0.5 }, 'UNSUPPORTED', 'a whole number from 0 to 3'],
    [{ cacheSteps: 1, sampler: 'DMD' as const }, 'UNSUPPORTED', 'must be 0 with DMD'],
    [{ guidanceInterval: { start: 0.5, end: 0.2 } }, 'UNSUPPORTED', '0 <= start < end <= 1; 0.5 to 0.2 is not'],
    [{ guidanceInterval: { start: -0.1, end: 0.5 } }, 'UNSUPPORTED', 'fractions of the steps'],
    [{ guidanceInterval: { start: Number.NaN, end: 0.5 } }, 'UNSUPPORTED', 'fractions of the steps'],
    [
      { guidanceInterval: { start: 0.2, end: 0.21 }, steps: 10 },
      'UNSUPPORTED',
      'must hold a step: of 10 there is none',
    ],
    [{ guidanceInterval: { start: 0, end: 0.5 }, guidanceScale: 1 }, 'UNSUPPORTED', 'where guidanceScale is 1'],
    [{ sampler: 'DDIM' as 'EULER' }, 'UNSUPPORTED', 'UNIPC, EULER, DMD'],
  ])('%j are refused as %s', (input, code, message) => {
    const path = ['settings', Object.keys(input)[0]];
    expect(issues(input)).toEqual([{ path, code, message: expect.stringContaining(message) }]);
  });

  it('keep what leaves computing out, and are the same with it off as without it', () => {
    const shortcuts = { guidanceInterval: { start: 0.1, end: 0.8 }, cacheSteps: 2 };
    expect(resolve(shortcuts).settings).toEqual({ ...toyModel.defaults, seed, ...shortcuts });
    const off = resolve({ guidanceInterval: { start: 0, end: 1 }, cacheSteps: 0, guidanceScale: 1 }).settings;
    expect(Object.keys(off)).toEqual(Object.keys(resolve({}).settings));
    expect(inputHash(off)).toBe(inputHash(resolve({ guidanceScale: 1 }).settings));
  });

  it('take the rescale of guidance from the model, and none where there is no guidance', () => {
    const defaults = { ...toyModel.defaults, guidanceRescale: 0.7 };
    const rescaleOf = (input: SettingsInput) => {
      const result = resolveSettings(input, { ...toyModel, defaults }, () => seed);
      return isResolved(result) && result.settings.guidanceRescale;
    };
    expect(rescaleOf({})).toBe(0.7);
    expect(rescaleOf({ guidanceRescale: 0 })).toBe(0);
    expect(rescaleOf({ guidanceScale: 1 })).toBe(0);
    expect(rescaleOf({ guidanceScale: 1, guidanceRescale: 0.5 })).toBe(0);
  });

  it('warn of guidance above 9 and not at 9', () => {
    expect(resolve({ guidanceScale: 9 }).warnings).toEqual([]);
    expect(resolve({ guidanceScale: 9.5 }).warnings).toMatchObject([{ field: 'guidanceScale' }]);
  });
});

describe('the sampler of distilled models', () => {
  const warningsOf = (defaults: Partial<typeof toyModel.defaults>, input: SettingsInput) => {
    const result = resolveSettings(input, { ...toyModel, defaults: { ...toyModel.defaults, ...defaults } }, () => seed);
    return isResolved(result) ? result.warnings.map(({ message }) => message) : result;
  };

  it('is warned of with other models, and other samplers with those', () => {
    expect(warningsOf({}, { sampler: 'DMD' })).toEqual([expect.stringContaining('which this one is not')]);
    expect(warningsOf({ sampler: 'DMD', steps: 3 }, { sampler: 'UNIPC' })).toEqual([
      'This model is distilled to 3 steps of DMD: expect worse pictures with UNIPC.',
    ]);
    expect(warningsOf({ sampler: 'DMD', steps: 3 }, {})).toEqual([]);
    expect(warningsOf({}, { sampler: 'EULER' })).toEqual([]);
  });
});

describe('prompts', () => {
  it('may be as long as the model reads', async () => {
    expect(await promptIssues('prompt', 'a '.repeat(63).concat('a'), toyModel)).toEqual([]);
    expect(await promptIssues('prompt', 'a '.repeat(64).concat('a'), toyModel)).toMatchObject([
      { code: 'TOO_LONG', message: expect.stringContaining('65 tokens') },
    ]);
    const { countTokens: _, ...uncounted } = toyModel;
    expect(await promptIssues('prompt', 'a'.repeat(512), uncounted)).toEqual([]);
    expect(await promptIssues('prompt', 'a'.repeat(513), uncounted)).toMatchObject([{ code: 'TOO_LONG' }]);
  });

  it('may be empty', async () => {
    expect(await promptIssues('prompt', ' \t', toyModel)).toEqual([]);
    expect(await promptIssues('negativePrompt', '', toyModel)).toEqual([]);
  });
});

describe('the hash of an input', () => {
  it('is the same for the same content, however it is written down', () => {
    const one = inputHash({ prompt: 'x', settings: { width: 32, height: 64 }, model: null });
    expect(inputHash({ settings: { height: 64, width: 32, steps: undefined }, prompt: 'x' })).toBe(one);
    expect(inputHash({ settings: { height: 32, width: 64 }, prompt: 'x' })).not.toBe(one);
    expect(inputHash({ prompt: 'x' })).not.toBe(inputHash({ prompt: ['x'] }));
  });
});
