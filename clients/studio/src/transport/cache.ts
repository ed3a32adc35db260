import type { CacheExchangeOpts } from '@urql/exchange-graphcache';

/** Types without an id belong to what holds them. */
const embedded = () => null;

/** The log is read past the cache, in pages. */
const logTypes = [
  'GenerationEventConnection',
  'GenerationEventEdge',
  'GenerationCanceled',
  'GenerationFailed',
  'GenerationProgressed',
  'GenerationQueued',
  'GenerationResumed',
  'GenerationStarted',
  'GenerationSucceeded',
  'PageInfo',
];

const embeddedTypes = [
  ...logTypes,
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
  'ModelCard',
  'ModelDefaults',
  'ModelLimits',
  'Outputs',
  'Preview',
  'Queue',
  'SettingsWarning',
  'Subtitle',
];

/** The interfaces of the schema that our documents name, and who implements them. */
const possibleTypes = {
  Node: ['Device', 'Generation', 'Model', 'Upload'],
  SequencedEvent: [
    'GenerationCanceled',
    'GenerationFailed',
    'GenerationProgressed',
    'GenerationQueued',
    'GenerationResumed',
    'GenerationStarted',
    'GenerationSucceeded',
  ],
  UserError: [
    'DoesNotFit',
    'GenerationBusy',
    'IdempotencyConflict',
    'InvalidInput',
    'NotFound',
    'QueueFull',
    'QuotaExceeded',
  ],
};

export const cacheOptions: CacheExchangeOpts = {
  possibleTypes,
  keys: Object.fromEntries(embeddedTypes.map((type) => [type, embedded])),
  resolvers: {
    // A tile finds its generation where a page of the gallery has brought it.
    Query: { node: (_parent, { id }) => ({ __typename: 'Generation', id: id as string }) },
  },
  updates: {
    Mutation: {
      deleteGeneration(result, _args, cache) {
        const { deletedId } = (result.deleteGeneration ?? {}) as { deletedId?: string };
        if (deletedId !== undefined) cache.invalidate({ __typename: 'Generation', id: deletedId });
      },
    },
  },
};
