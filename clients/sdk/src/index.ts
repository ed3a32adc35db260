export { type Device, type Estimate, type Model, type Queue, type QueueState, ReelQL } from './client.js';
export {
  ConnectionError,
  DoesNotFitError,
  ForbiddenError,
  GenerationBusyError,
  GenerationCanceledError,
  GenerationFailedError,
  IdempotencyConflictError,
  type InputIssue,
  InvalidInputError,
  NotFoundError,
  QueueFullError,
  QuotaExceededError,
  RateLimitedError,
  ReelQLError,
  ServerError,
  UnauthenticatedError,
  UnusableUploadError,
} from './errors.js';
export { type FollowOptions, type GenerationEvent, hasEnded, isTerminal } from './events.js';
export type {
  ArtifactFragment as Artifact,
  ArtifactKind,
  BatchingPolicy,
  CachePolicy,
  CreateGenerationInput,
  CropInput,
  DoesNotFitPolicy,
  EstimateGenerationInput,
  FailureCode,
  GenerationFilter,
  GenerationPhase,
  GenerationSettingsInput,
  GenerationStatus,
  GuidanceIntervalInput,
  InputIssueCode,
  OutputsInput,
  PreviewFragment as Preview,
  ProgressFragment as Progress,
  QuotaKind,
  Sampler,
  SettingsFragment as GenerationSettings,
  SubtitleInput,
  VideoFormat,
} from './generated/operations.js';
export { CreatedGeneration, type Generation, GenerationHandle, type SettingsWarning } from './generation-handle.js';
export { type GenerationPage, Generations } from './generations.js';
export type { CallOptions, ClientOptions } from './options.js';
export type { Upload } from './upload.js';
