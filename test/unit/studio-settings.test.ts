import { describe, expect, it } from 'vitest';
import {
  chosenOf,
  lengthsOf,
  qualities,
  qualityOf,
  resolved,
  settingsOf,
  shapeOf,
  sizesOf,
} from '../../clients/studio/src/state/settings.js';

const toy = {
  defaults: {
    width: 256,
    height: 160,
    frameCount: 33,
    fps: 16,
    steps: 20,
    guidanceScale: 3,
    guidanceRescale: 0,
    sampler: 'UNIPC',
    shift: 8,
  },
  limits: {
    maxWidth: 320,
    maxHeight: 192,
    sizeMultiple: 32,
    maxFrames: 49,
    frameMultiple: 4,
    maxSteps: 100,
    maxPromptTokens: 512,
  },
} as const;

const wan = {
  defaults: {
    ...toy.defaults,
    width: 1280,
    height: 704,
    frameCount: 121,
    fps: 24,
    steps: 50,
    guidanceScale: 5,
    guidanceRescale: 0,
    shift: 5,
  },
  limits: { ...toy.limits, maxWidth: 1280, maxHeight: 1280, maxFrames: 121 },
} as const;

/** One that was distilled to three steps. */
const fast = { ...wan, defaults: { ...wan.defaults, steps: 3 } } as const;

describe.each([
  ['the bundled model', toy],
  ['Wan2.2-TI2V-5B', wan],
])('what is offered for %s', (_name, model) => {
  const { limits, defaults } = model;

  it('is within the limits and on the grid', () => {
    for (const { width, height } of sizesOf(model)) {
      expect(width % limits.sizeMultiple).toBe(0);
      expect(height % limits.sizeMultiple).toBe(0);
      expect(width).toBeLessThanOrEqual(limits.maxWidth);
      expect(height).toBeLessThanOrEqual(limits.maxHeight);
    }
    for (const count of lengthsOf(model, defaults.fps)) {
      expect(count % limits.frameMultiple).toBe(1);
      expect(count).toBeLessThanOrEqual(limits.maxFrames);
    }
  });

  it('has the defaults among it, and nothing twice', () => {
    const sizes = sizesOf(model).map(({ width, height }) => `${width}x${height}`);
    expect(sizes).toContain(`${defaults.width}x${defaults.height}`);
    expect(new Set(sizes).size).toBe(sizes.length);
    expect(lengthsOf(model, defaults.fps)).toContain(defaults.frameCount);
  });

  it('has draft cheaper than standard, and best dearer', () => {
    const cost = qualities.map((quality) => {
      const { width, height, steps } = settingsOf(quality, model);
      return width * height * steps;
    });
    expect(cost).toEqual([...cost].sort((a, b) => a - b));
    expect(new Set(cost).size).toBe(3);
  });

  it('is recognised again', () => {
    for (const quality of qualities) {
      expect(qualityOf({ ...defaults, ...settingsOf(quality, model) }, model)).toBe(quality);
    }
    expect(qualityOf({ ...defaults, steps: 7 }, model)).toBeNull();
  });
});

it('names sizes by the shape that they look like', () => {
  expect(shapeOf({ width: 1280, height: 704 })).toBe('wide');
  expect(shapeOf({ width: 320, height: 240 })).toBe('landscape');
  expect(shapeOf({ width: 512, height: 544 })).toBe('square');
  expect(shapeOf({ width: 704, height: 1280 })).toBe('tall');
  expect(sizesOf(wan).map(shapeOf)).toEqual(
    expect.arrayContaining(['wide', 'landscape', 'square', 'portrait', 'tall']),
  );
});

it('asks no more steps of a distilled model in a draft than it has', () => {
  expect(settingsOf('draft', fast).steps).toBe(3);
});

it('keeps only what differs from the model', () => {
  const chosen = chosenOf(toy, { ...toy.defaults, steps: 30 });
  expect(chosen).toEqual({ steps: 30 });
  // What no model has by default is off.
  const standard = { ...toy.defaults, guidanceInterval: null, cacheSteps: null };
  expect(resolved(toy, chosen)).toEqual({ ...standard, steps: 30 });
  expect(resolved(toy, { steps: undefined })).toEqual(standard);
  expect(chosenOf(toy, standard)).toEqual({});
  const faster = { guidanceInterval: { start: 0, end: 0.8 }, cacheSteps: 1 };
  expect(chosenOf(toy, { ...standard, ...faster })).toEqual(faster);
});
