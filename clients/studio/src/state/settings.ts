import type { GenerationSettings, Model, Sampler } from '@reelql/sdk';

/** Settings without the seed, every one resolved. */
export type Settings = Omit<GenerationSettings, 'seed'>;
/** What was chosen; what is left out is the model's default. */
export type ChosenSettings = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

type ModelRules = Pick<Model, 'defaults' | 'limits'>;

/** What no model has by default. */
const off = { guidanceInterval: null, cacheSteps: null };

export function resolved({ defaults }: ModelRules, chosen: ChosenSettings): Settings {
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return { ...off, ...defaults, ...Object.fromEntries(given) };
}

/** Only what differs from the defaults: a draft follows its model where nobody chose. */
export function chosenOf({ defaults }: ModelRules, settings: ChosenSettings): ChosenSettings {
  const standard: Settings = { ...off, ...defaults };
  const names = Object.keys(standard) as (keyof Settings)[];
  return Object.fromEntries(
    names.flatMap((name) =>
      settings[name] === undefined || settings[name] === standard[name] ? [] : [[name, settings[name]]],
    ),
  );
}

export const samplerNames: Readonly<Record<Sampler, string>> = { UNIPC: 'UniPC', EULER: 'Euler', DMD: 'DMD' };

/** The steps with guidance, such as 0 % – 80 %. */
export function intervalText(interval: Settings['guidanceInterval']): string {
  const percent = (fraction: number) => `${Math.round(100 * fraction)} %`;
  return `${percent(interval?.start ?? 0)} – ${percent(interval?.end ?? 1)}`;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const shapes = ['wide', 'landscape', 'square', 'portrait', 'tall'] as const;
export type Shape = (typeof shapes)[number];

const ratios: Readonly<Record<Shape, number>> = {
  wide: 16 / 9,
  landscape: 4 / 3,
  square: 1,
  portrait: 3 / 4,
  tall: 9 / 16,
};

/** The named shape that is nearest, by the factor between them. */
export function shapeOf({ width, height }: Size): Shape {
  const distance = (shape: Shape) => Math.abs(Math.log(width / height / ratios[shape]));
  return shapes.reduce((best, shape) => (distance(shape) < distance(best) ? shape : best));
}

/**
 * The sizes to offer: the default, and for each shape the largest within the limits and ones of about a half and a quarter of its
 * area; on the model's grid, the smallest side 96 pixels or the grid's own step. Smallest area first.
 */
export function sizesOf({ defaults, limits }: ModelRules): readonly Size[] {
  const { sizeMultiple: step } = limits;
  const least = Math.max(step, Math.ceil(96 / step) * step);
  const maxWidth = Math.floor(limits.maxWidth / step) * step;
  const maxHeight = Math.floor(limits.maxHeight / step) * step;
  const sizes = [{ width: defaults.width, height: defaults.height }];
  for (const shape of shapes) {
    const largest = Math.min(maxWidth, maxHeight * ratios[shape]);
    for (const scale of [1, Math.SQRT1_2, 0.5]) {
      const width = Math.round((largest * scale) / step) * step;
      const height = Math.round((largest * scale) / ratios[shape] / step) * step;
      const inside = width >= least && height >= least && width <= maxWidth && height <= maxHeight;
      // On a coarse grid of a small model two shapes meet in one size: it is what it looks like.
      if (inside && shapeOf({ width, height }) === shape) sizes.push({ width, height });
    }
  }
  const unique = new Map(sizes.map((size) => [`${size.width}x${size.height}`, size]));
  return [...unique.values()].sort((a, b) => a.width * a.height - b.width * b.height || a.width - b.width);
}

/** The frame counts to offer: about these many seconds, the default and the longest, at the given frames a second. */
export function lengthsOf({ defaults, limits }: ModelRules, fps: number): readonly number[] {
  const { frameMultiple: multiple, maxFrames } = limits;
  const longest = Math.floor((maxFrames - 1) / multiple) * multiple + 1;
  const nearest = (seconds: number) => Math.round((seconds * fps - 1) / multiple) * multiple + 1;
  const counts = [0.5, 1, 2, 3, 5, 8, 10].map(nearest).filter((count) => count > 1 && count <= longest);
  return [...new Set([...counts, defaults.frameCount, longest])].sort((a, b) => a - b);
}

export const qualities = ['draft', 'standard', 'best'] as const;
export type Quality = (typeof qualities)[number];

/**
 * What a quality means for a model. Draft: fewer steps and the smaller size of the default's shape; standard: the defaults; best: half as
 * many steps again and the largest size of that shape. Length, guidance and the rest stay as they are.
 */
export function settingsOf(quality: Quality, rules: ModelRules): Pick<Settings, 'width' | 'height' | 'steps'> {
  const { defaults, limits } = rules;
  const { width, height, steps } = defaults;
  if (quality === 'standard') return { width, height, steps };
  const alike = sizesOf(rules).filter((size) => shapeOf(size) === shapeOf(defaults));
  const area = width * height;
  if (quality === 'best') {
    const largest = alike.at(-1) ?? defaults;
    return { width: largest.width, height: largest.height, steps: Math.min(limits.maxSteps, Math.round(steps * 1.5)) };
  }
  const smaller = alike.filter((size) => size.width * size.height < area && size.width * size.height >= area / 4);
  const half = smaller.at(-1) ?? defaults;
  return { width: half.width, height: half.height, steps: Math.min(steps, Math.max(4, Math.round(steps / 2))) };
}

/** The quality that the settings are, if they are one. */
export function qualityOf(settings: Pick<Settings, 'width' | 'height' | 'steps'>, rules: ModelRules): Quality | null {
  const is = (quality: Quality) => {
    const { width, height, steps } = settingsOf(quality, rules);
    return settings.width === width && settings.height === height && settings.steps === steps;
  };
  return qualities.find(is) ?? null;
}

export const seconds = ({ frameCount, fps }: Pick<Settings, 'frameCount' | 'fps'>): number => frameCount / fps;
