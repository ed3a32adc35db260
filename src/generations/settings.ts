import { isGuided } from '../../inference/pipeline/guidance.js';
import type { ModelInfo } from './catalog.js';
import {
  type Adjustment,
  type GenerationSettings,
  type Sampler,
  type SettingsWarning,
  samplers,
} from './generation.js';
import type { InputIssue, InputIssueCode } from './issue.js';
import { resolveShortcuts, shortcutIssues } from './shortcuts.js';

type Optional<T> = { readonly [K in keyof T]?: T[K] | null | undefined };
/** Settings as asked for: what is left out (or null) takes the model's default, and a random seed. */
export type SettingsInput = Optional<GenerationSettings>;

export interface ResolvedSettings {
  readonly settings: GenerationSettings;
  readonly adjustments: readonly Adjustment[];
  readonly warnings: readonly SettingsWarning[];
}

export const maxSeed = Number.MAX_SAFE_INTEGER;
const maxFps = 60;
const maxGuidance = 100;
const maxShift = 100;
/** Above it pictures burn out with every Wan model seen so far; allowed all the same. */
const guidanceWarningAbove = 9;

/**
 * Fills in the defaults and checks every setting against the model's limits. The one thing it changes by itself is a frame
 * count that is not 4n + 1, rounded as the reference pipeline does and reported; everything else is the caller's to correct.
 * @param randomSeed an integer in 0 … 2^53 − 1, used where the input has none
 */
export function resolveSettings(
  input: SettingsInput,
  { defaults, limits }: Pick<ModelInfo, 'defaults' | 'limits'>,
  randomSeed: () => number,
): ResolvedSettings | readonly InputIssue[] {
  const issues: InputIssue[] = [];
  const check = <T extends number | Sampler>(
    field: keyof GenerationSettings,
    value: T,
    test: (value: T) => Problem,
  ): T => {
    const problem = test(value);
    if (problem) issues.push({ path: ['settings', field], ...problem });
    return value;
  };
  const guidanceScale = check(
    'guidanceScale',
    input.guidanceScale ?? defaults.guidanceScale,
    number('guidanceScale', 0, maxGuidance),
  );
  const guidanceRescale = check(
    'guidanceRescale',
    input.guidanceRescale ?? defaults.guidanceRescale,
    number('guidanceRescale', 0, 1),
  );
  const frames = frameCount(input.frameCount ?? defaults.frameCount, limits.frameMultiple);
  const settings: GenerationSettings = {
    width: check('width', input.width ?? defaults.width, size('width', limits.sizeMultiple, limits.maxWidth)),
    height: check('height', input.height ?? defaults.height, size('height', limits.sizeMultiple, limits.maxHeight)),
    frameCount: check('frameCount', frames.value, integer('frameCount', 1, limits.maxFrames)),
    fps: check('fps', input.fps ?? defaults.fps, integer('fps', 1, maxFps)),
    steps: check('steps', input.steps ?? defaults.steps, integer('steps', 1, limits.maxSteps)),
    guidanceScale,
    // What changes nothing is off: a request is the same request either way.
    guidanceRescale: isGuided(guidanceScale) ? guidanceRescale : 0,
    sampler: check('sampler', input.sampler ?? defaults.sampler, oneOf(samplers)),
    shift: check('shift', input.shift ?? defaults.shift, number('shift', 0.01, maxShift)),
    seed: check('seed', input.seed ?? randomSeed(), integer('seed', 0, maxSeed)),
    ...resolveShortcuts(input),
  };
  // Whether they suit the others is no question while these are wrong.
  if (issues.length === 0) issues.push(...shortcutIssues(settings, settings));
  if (issues.length > 0) return issues;
  return { settings, adjustments: frames.adjustments, warnings: warningsFor(settings, defaults) };
}

/** True where resolveSettings found nothing wrong. */
export function isResolved(result: ResolvedSettings | readonly InputIssue[]): result is ResolvedSettings {
  return 'settings' in result;
}

/**
 * F = 4·⌊F/4⌋ + 1, at least 1: one picture, then groups of four (WanPipeline.__call__ of diffusers does the same). Numbers that
 * are no frame count at all are passed on for the check to refuse.
 */
function frameCount(asked: number, multiple: number): { value: number; adjustments: Adjustment[] } {
  if (!Number.isInteger(asked) || asked < 1 || asked % multiple === 1 % multiple)
    return { value: asked, adjustments: [] };
  const value = multiple * Math.floor(asked / multiple) + 1;
  const reason = `The model makes videos of ${multiple}n + 1 frames.`;
  return { value, adjustments: [{ field: 'frameCount', from: String(asked), to: String(value), reason }] };
}

function warningsFor(settings: GenerationSettings, defaults: ModelInfo['defaults']): SettingsWarning[] {
  const warnings: SettingsWarning[] = [];
  const { guidanceScale, sampler } = settings;
  if (guidanceScale > guidanceWarningAbove) {
    const message = `guidanceScale ${guidanceScale} is above ${guidanceWarningAbove}: expect burnt colours and artefacts.`;
    warnings.push({ field: 'guidanceScale', message });
  }
  if (sampler !== defaults.sampler && [sampler, defaults.sampler].includes('DMD')) {
    const message =
      sampler === 'DMD'
        ? 'DMD is for models distilled to few steps, which this one is not: expect blurred or broken pictures.'
        : `This model is distilled to ${defaults.steps} steps of DMD: expect worse pictures with ${sampler}.`;
    warnings.push({ field: 'sampler', message });
  }
  return warnings;
}

type Problem = { readonly code: InputIssueCode; readonly message: string } | null;

function size(name: string, multiple: number, max: number) {
  return (value: number): Problem => {
    if (Number.isInteger(value) && value >= multiple && value <= max && value % multiple === 0) return null;
    const code = value > max ? 'TOO_LARGE' : value < multiple ? 'TOO_SMALL' : 'NOT_MULTIPLE_OF';
    const largest = Math.floor(max / multiple) * multiple;
    const nearest = Math.min(largest, Math.max(multiple, Math.round((value || 0) / multiple) * multiple));
    const allowed = `a multiple of ${multiple} from ${multiple} to ${largest}`;
    return { code, message: `${name} must be ${allowed}; ${value} is not. The nearest is ${nearest}.` };
  };
}

function integer(name: string, min: number, max: number) {
  return (value: number): Problem => {
    const range = outside(name, value, min, max, 'a whole number');
    if (range) return range;
    return Number.isInteger(value)
      ? null
      : { code: 'UNSUPPORTED', message: `${name} must be a whole number from ${min} to ${max}; ${value} is not.` };
  };
}

function number(name: string, min: number, max: number) {
  return (value: number): Problem => outside(name, value, min, max, 'a number');
}

function outside(name: string, value: number, min: number, max: number, kind: string): Problem {
  if (value >= min && value <= max) return null;
  const code = Number.isNaN(value) ? 'UNSUPPORTED' : value < min ? 'TOO_SMALL' : 'TOO_LARGE';
  return { code, message: `${name} must be ${kind} from ${min} to ${max}; ${value} is not.` };
}

function oneOf(allowed: readonly string[]) {
  return (value: string): Problem =>
    allowed.includes(value) ? null : { code: 'UNSUPPORTED', message: `sampler must be one of ${allowed.join(', ')}.` };
}
