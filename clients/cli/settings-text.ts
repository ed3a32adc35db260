import type { Estimate } from '../sdk/src/index.js';

/** Settings in one line, all but the seed. */
export function settingsText(settings: Estimate['settings']): string {
  const { width, height, frameCount, fps, steps, sampler, guidanceScale, guidanceInterval, shift, cacheSteps } =
    settings;
  const interval = guidanceInterval ? ` in ${guidanceInterval.start}-${guidanceInterval.end} of the steps` : '';
  const cached = cacheSteps ? `, cache-steps ${cacheSteps}` : '';
  const denoising = `${steps} steps of ${sampler}, guidance ${guidanceScale}${interval}, shift ${shift}${cached}`;
  return `${width}×${height}, ${frameCount} frames at ${fps}/s, ${denoising}`;
}
