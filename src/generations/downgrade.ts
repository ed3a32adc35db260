import type { Fit } from '../scheduler/ports.js';
import type { Adjustment, GenerationSettings } from './generation.js';
import type { ResolvedSettings } from './settings.js';

type TooLarge = Extract<Fit, { fits: false }> & { readonly largest: GenerationSettings };

/** The largest settings that fit instead of those asked for, and an adjustment for each that it changes. */
export function downgrade(
  { settings, adjustments, warnings }: ResolvedSettings,
  { largest, requiredBytes, availableBytes }: TooLarge,
): ResolvedSettings {
  const reason = `The settings asked for need ${gibibytes(requiredBytes)}, and the device has ${gibibytes(availableBytes)}.`;
  const changed = (Object.keys(settings) as (keyof GenerationSettings)[])
    .filter((field) => settings[field] !== largest[field])
    .map((field): Adjustment => ({ field, from: String(settings[field]), to: String(largest[field]), reason }));
  return { settings: largest, adjustments: [...adjustments, ...changed], warnings };
}

export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
