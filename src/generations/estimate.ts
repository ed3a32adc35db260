import type { Estimate } from '../scheduler/ports.js';
import { downgrade } from './downgrade.js';
import type { DraftParts } from './draft.js';
import type { CreateRefusal, DoesNotFitPolicy } from './request.js';
import { isResolved, type ResolvedSettings, resolveSettings, type SettingsInput } from './settings.js';

export interface EstimateRequest {
  readonly model?: string | null | undefined;
  readonly settings?: SettingsInput | null | undefined;
  readonly onDoesNotFit?: DoesNotFitPolicy | null | undefined;
}

export type EstimateResult =
  | ({
      readonly kind: 'estimated';
      /** Null until enough is measured to say anything. */
      readonly estimate: Estimate | null;
    } & ResolvedSettings)
  | Extract<CreateRefusal, { kind: 'invalidInput' | 'notFound' | 'doesNotFit' }>;

/** Validates settings like createGeneration, and reserves nothing. */
export function estimate({ catalog, scheduler, randomSeed }: DraftParts, request: EstimateRequest): EstimateResult {
  const model = request.model ? catalog.get(request.model) : catalog.default;
  if (!model) return { kind: 'notFound', what: 'model', id: request.model ?? '' };
  const resolved = resolveSettings(request.settings ?? {}, model, randomSeed);
  if (!isResolved(resolved)) return { kind: 'invalidInput', issues: resolved };
  const fit = scheduler.fit(model.name, resolved.settings);
  if (fit.fits) return { kind: 'estimated', ...resolved, estimate: scheduler.estimate(model.name, resolved.settings) };
  const { largest, requiredBytes, availableBytes } = fit;
  if (request.onDoesNotFit !== 'DOWNGRADE' || !largest) {
    return { kind: 'doesNotFit', requiredBytes, availableBytes, largest };
  }
  const smaller = downgrade(resolved, { ...fit, largest });
  return { kind: 'estimated', ...smaller, estimate: scheduler.estimate(model.name, smaller.settings) };
}
