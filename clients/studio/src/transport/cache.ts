import type { Cache, CacheExchangeOpts } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** Types without an id belong to what holds them. */
const embedded = () => null;

const embeddedTypes = [
  'Adjustment',
  'Artifact',
  'Crop',
  'DeviceMemory',
  'Estimate',
  'GenerationFailure',
  'GenerationProgress',
  'GenerationSettings',
  'GenerationUsage',
  'LoadedComponent',
  'ModelDefaults',
  'ModelLimits',
  'Outputs',
  'Preview',
  'Queue',
  'SettingsWarning',
  'Subtitle',
];

export const cacheOptions: CacheExchangeOpts = {
  keys: Object.fromEntries(embeddedTypes.map((type) => [type, embedded])),
  resolvers: { Query: { generations: relayPagination() } },
  updates: {
    Mutation: {
      // A new one belongs at the top of every list that it fits; the lists know that best themselves.
      createGeneration: (_result, _args, cache) => invalidateLists(cache),
      createGenerations: (_result, _args, cache) => invalidateLists(cache),
      retryGeneration: (_result, _args, cache) => invalidateLists(cache),
      deleteGeneration(result, _args, cache) {
        const { deletedId } = (result.deleteGeneration ?? {}) as { deletedId?: string };
        if (deletedId !== undefined) cache.invalidate({ __typename: 'Generation', id: deletedId });
      },
    },
  },
};

function invalidateLists(cache: Cache): void {
  for (const { fieldKey, fieldName } of cache.inspectFields('Query')) {
    if (fieldName === 'generations') cache.invalidate('Query', fieldKey);
  }
}
