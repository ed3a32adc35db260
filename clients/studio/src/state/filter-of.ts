import type { GenerationFilter, GenerationStatus } from '@reelql/sdk';

export const statusFilters = ['any', 'active', 'succeeded', 'failed', 'canceled'] as const;
export const dateFilters = ['any', 'day', 'week', 'month'] as const;

/** What the gallery is narrowed to, as people choose it. */
export interface Filters {
  readonly text: string;
  readonly status: (typeof statusFilters)[number];
  /** Null for all models. */
  readonly modelId: string | null;
  readonly starred: boolean;
  readonly date: (typeof dateFilters)[number];
}

export const noFilters: Filters = { text: '', status: 'any', modelId: null, starred: false, date: 'any' };

const statuses: Readonly<Record<Exclude<Filters['status'], 'any'>, readonly GenerationStatus[]>> = {
  active: ['QUEUED', 'RUNNING'],
  succeeded: ['SUCCEEDED'],
  failed: ['FAILED'],
  canceled: ['CANCELED'],
};

const days: Readonly<Record<Exclude<Filters['date'], 'any'>, number>> = { day: 1, week: 7, month: 30 };

/** As the server takes it; only what narrows anything. */
export function filterOf({ text, status, modelId, starred, date }: Filters, now: number): GenerationFilter {
  const words = text.trim();
  return {
    ...(words === '' ? {} : { text: words }),
    ...(status === 'any' ? {} : { status: statuses[status] }),
    ...(modelId === null ? {} : { modelId }),
    ...(starred ? { starred } : {}),
    ...(date === 'any' ? {} : { createdAfter: new Date(now - days[date] * 86_400_000).toISOString() }),
  };
}
