export { type Device, type Model, type Queue, ReelQL } from './client.js';
export {
  ConnectionError,
  ForbiddenError,
  GenerationCanceledError,
  GenerationFailedError,
  IdempotencyConflictError,
  type InputIssue,
  InvalidInputError,
  NotFoundError,
  QueueFullError,
  RateLimitedError,
  ReelQLError,
  ServerError,
  UnauthenticatedError,
} from './errors.js';
export { type FollowOptions, type GenerationEvent, hasEnded, isTerminal } from './events.js';
export type {
  ArtifactFragment as Artifact,
  ArtifactKind,
  CreateGenerationInput,
  FailureCode,
  GenerationFilter,
  GenerationPhase,
  GenerationSettingsInput,
  GenerationStatus,
  InputIssueCode,
  PreviewFragment as Preview,
  ProgressFragment as Progress,
  Sampler,
  SettingsFragment as GenerationSettings,
} from './generated/operations.js';
export { CreatedGeneration, type Generation, GenerationHandle, type SettingsWarning } from './generation-handle.js';
export { type GenerationPage, Generations } from './generations.js';
export type { CallOptions, ClientOptions } from './options.js';
