import { isGuided } from '../../inference/pipeline/guidance.js';
import { stepRows } from '../../inference/pipeline/step-plan.js';
import type { GenerationSettings, GuidanceInterval } from './generation.js';
import type { InputIssue } from './issue.js';

/** Settings that leave part of the computing out, and what they need to know of the others. */
export type Shortcuts = Pick<GenerationSettings, 'guidanceInterval' | 'cacheSteps'>;
type Others = Pick<GenerationSettings, 'steps' | 'guidanceScale' | 'sampler'>;

const maxCacheSteps = 3;

interface ShortcutsInput {
  readonly guidanceInterval?: GuidanceInterval | null | undefined;
  readonly cacheSteps?: number | null | undefined;
}

/** What is as if left out is left out: a request is the same request either way. */
export function resolveShortcuts({ guidanceInterval, cacheSteps }: ShortcutsInput): Shortcuts {
  const whole = !guidanceInterval || (guidanceInterval.start === 0 && guidanceInterval.end === 1);
  return {
    ...(whole ? {} : { guidanceInterval: { start: guidanceInterval.start, end: guidanceInterval.end } }),
    ...(cacheSteps ? { cacheSteps } : {}),
  };
}

/** @param others valid in themselves */
export function* shortcutIssues({ guidanceInterval, cacheSteps }: Shortcuts, others: Others): Generator<InputIssue> {
  const problem = guidanceInterval && intervalProblem(guidanceInterval, others);
  if (problem) yield { path: ['settings', 'guidanceInterval'], code: 'UNSUPPORTED', message: problem };
  if (cacheSteps === undefined) return;
  const path = ['settings', 'cacheSteps'];
  if (!Number.isInteger(cacheSteps) || cacheSteps < 0 || cacheSteps > maxCacheSteps) {
    const code = cacheSteps < 0 ? 'TOO_SMALL' : cacheSteps > maxCacheSteps ? 'TOO_LARGE' : 'UNSUPPORTED';
    const message = `cacheSteps must be a whole number from 0 to ${maxCacheSteps}; ${cacheSteps} is not.`;
    yield { path, code, message };
  } else if (others.sampler === 'DMD') {
    const message = `cacheSteps must be 0 with DMD, which adds new noise in each of its few steps; UNIPC and EULER allow 0 to ${maxCacheSteps}.`;
    yield { path, code: 'UNSUPPORTED', message };
  }
}

function intervalProblem(interval: GuidanceInterval, { steps, guidanceScale }: Others): string | null {
  const { start, end } = interval;
  if (!(start >= 0 && start < end && end <= 1)) {
    return `guidanceInterval must be fractions of the steps, 0 <= start < end <= 1; ${start} to ${end} is not.`;
  }
  if (!isGuided(guidanceScale)) {
    return `guidanceInterval must be left out, or 0 to 1, where guidanceScale is ${guidanceScale}: only above 1 there is guidance.`;
  }
  if (!stepRows({ steps, guidanceScale, guidanceInterval: interval }).includes(2)) {
    return `guidanceInterval must hold a step: of ${steps} there is none from ${start} to ${end}. Each is 1/${steps} long.`;
  }
  return null;
}
