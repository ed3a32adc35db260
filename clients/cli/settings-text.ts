import type { Estimate } from '../sdk/src/index.js';

type Settings = Estimate['settings'];
/** What a model has no defaults of. */
type Optional = 'guidanceInterval' | 'cacheSteps';

/** Settings in one line, all but the seed. */
export function settingsText(settings: Omit<Settings, Optional> & Partial<Pick<Settings, Optional>>): string {
  const { width, height, frameCount, fps, steps, sampler, guidanceScale, guidanceRescale, shift } = settings;
  const { guidanceInterval, cacheSteps } = settings;
  const rescaled = guidanceRescale ? ` rescaled by ${guidanceRescale}` : '';
  const interval = guidanceInterval ? ` in ${guidanceInterval.start}-${guidanceInterval.end} of the steps` : '';
  const cached = cacheSteps ? `, cache-steps ${cacheSteps}` : '';
  const denoising = `${steps} steps of ${sampler}, guidance ${guidanceScale}${rescaled}${interval}, shift ${shift}${cached}`;
  return `${width}×${height}, ${frameCount} frames at ${fps}/s, ${denoising}`;
}
