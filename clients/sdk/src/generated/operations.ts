// Written by scripts/generate-sdk.ts from schema/schema.graphql and clients/sdk/operations. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What a file is for. */
export type ArtifactKind =
  /** Another file that was asked for: the video in a further format. */
  | 'EXTRA'
  /** A still picture of the video, from its middle. */
  | 'POSTER'
  /** The video. */
  | 'VIDEO';

/** Whether other generations may share its steps. */
export type BatchingPolicy =
  /** Where that is faster. The last bits of the video may then depend on the others. */
  | 'AUTO'
  /** Never: the same bytes again on the same kind of device. */
  | 'SOLO';

/** What a stored video of the same request (model, prompts, settings, outputs, first frame) is good for. An identical one in flight counts as stored: its result is waited for instead of computing it twice. Only what the caller may see counts, unless the server is set to share its cache. */
export type CachePolicy =
  /** Nothing, and the new one answers no later request either. */
  | 'BYPASS'
  /** Nothing: it is made anew, and answers later requests instead of the older one. */
  | 'REFRESH'
  /** Answers at once where the seed agrees too. A seed that is left out agrees with none. */
  | 'USE'
  /** Like USE; where the seed is left out, a stored video with whatever seed will do. */
  | 'USE_ANY_SEED';

/** What to stop. */
export type CancelGenerationInput = {
  /** Id of the generation. */
  readonly id: string;
};

/** What to make. */
export type CreateGenerationInput = {
  /** Whether other generations may share its steps. */
  readonly batching?: BatchingPolicy | null | undefined;
  /** Whether a stored video of the same request will do. */
  readonly cache?: CachePolicy | null | undefined;
  /** A picture that the video begins with; uploaded over HTTP first (POST /uploads). */
  readonly firstFrameUploadId?: string | null | undefined;
  /** Same key, same input: the first result again. Same key, other input: IdempotencyConflict. */
  readonly idempotencyKey?: string | null | undefined;
  /** Leave out for the default model. */
  readonly modelId?: string | null | undefined;
  /** What it must not show. */
  readonly negativePrompt?: string | null | undefined;
  /** What to do where no device has the memory for the settings. */
  readonly onDoesNotFit?: DoesNotFitPolicy | null | undefined;
  /** What to make of the pictures; an MP4 if left out. */
  readonly outputs?: OutputsInput | null | undefined;
  /** -100 to 100, higher goes first. */
  readonly priority?: number | null | undefined;
  /** What the video shows; empty for whatever the model likes. */
  readonly prompt: string;
  /** The generation whose settings it started from. */
  readonly remixedFromId?: string | null | undefined;
  /** Leave out for the defaults of the model. */
  readonly settings?: GenerationSettingsInput | null | undefined;
  /** Which events to POST; the server's choice if left out, as a rule those that end the generation. */
  readonly webhookEvents?: ReadonlyArray<WebhookEvent> | null | undefined;
  /** Where to POST its events to, signed, until they are received; private addresses are refused. */
  readonly webhookUrl?: string | null | undefined;
};

/** A part of the picture, in pixels of the video as generated. Sides are even and at least 16. */
export type CropInput = {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Distance from the left edge in pixels. */
  readonly x: number;
  /** Distance from the upper edge in pixels. */
  readonly y: number;
};

/** What to remove. */
export type DeleteGenerationInput = {
  /** Id of the generation. */
  readonly id: string;
};

/** What sort of device it is. */
export type DeviceKind =
  /** The machine's processor. */
  | 'CPU'
  /** An NVIDIA GPU. */
  | 'CUDA';

/** What a device does. */
export type DeviceStatus =
  /** It works on generations. */
  | 'BUSY'
  /** It finishes what it has and takes nothing new. */
  | 'DRAINING'
  /** It is free. */
  | 'IDLE'
  /** It loads networks into its memory. */
  | 'LOADING'
  /** It cannot be used any more. */
  | 'LOST';

/** What to do with settings that need more memory than the devices have. */
export type DoesNotFitPolicy =
  /** Make it smaller until it fits, and say so in `adjustments`. */
  | 'DOWNGRADE'
  /** Answer DoesNotFit. */
  | 'REFUSE';

/** How the seconds of an estimate are known. */
export type EstimateBasis =
  /** It lies between pieces of work that were timed. */
  | 'INTERPOLATED'
  /** This very work was timed on this machine. */
  | 'MEASURED'
  /** It is reasoned from what was timed. */
  | 'MODELED';

/** What would be made. */
export type EstimateGenerationInput = {
  /** Leave out for the default model. */
  readonly modelId?: string | null | undefined;
  /** With DOWNGRADE the estimate is of what would be made instead. */
  readonly onDoesNotFit?: DoesNotFitPolicy | null | undefined;
  /** Leave out for the defaults of the model. */
  readonly settings?: GenerationSettingsInput | null | undefined;
};

/** Why a generation failed. */
export type FailureCode =
  /** The process or the device that worked on it ended. */
  | 'DEVICE_LOST'
  /** The video could not be encoded. */
  | 'ENCODER_FAILED'
  /** A mistake of ours; the log of the server knows more. */
  | 'INTERNAL'
  /** The model's files could not be loaded. */
  | 'MODEL_LOAD_FAILED'
  /** The numbers left their range (NaN or infinity). */
  | 'NUMERIC_OVERFLOW'
  /** The device had less memory than the settings need. */
  | 'OUT_OF_MEMORY'
  /** The result could not be stored, for example because the disk is full. */
  | 'STORAGE_FAILED'
  /** It took longer than allowed. */
  | 'TIMED_OUT';

/** Which generations to list: those that fit all that is given. */
export type GenerationFilter = {
  /** Only those created after this moment. */
  readonly createdAfter?: string | null | undefined;
  /** Only those created before this moment. */
  readonly createdBefore?: string | null | undefined;
  /** Only those of this model. */
  readonly modelId?: string | null | undefined;
  /** With this text somewhere in the prompt; case does not matter in ASCII, % stands for any text and _ for any character. */
  readonly promptContains?: string | null | undefined;
  /** Only those that are starred, or only those that are not. */
  readonly starred?: boolean | null | undefined;
  /** Only those with one of these statuses. */
  readonly status?: ReadonlyArray<GenerationStatus> | null | undefined;
  /** With each of these words somewhere in the prompt or the negative prompt, in any order; compared like promptContains. */
  readonly text?: string | null | undefined;
};

/** What is being done for a generation. */
export type GenerationPhase =
  /** Latents become pictures. */
  | 'DECODING'
  /** The steps: noise becomes latents. */
  | 'DENOISING'
  /** All work is done. */
  | 'DONE'
  /** The prompt becomes vectors. */
  | 'ENCODING_TEXT'
  /** Pictures become a file. */
  | 'ENCODING_VIDEO'
  /** The networks are loaded into memory. */
  | 'LOADING'
  /** It waits for a device. */
  | 'WAITING';

/** Settings to choose. What is left out takes the model's default; all are checked against its limits, and what is wrong comes back as InvalidInput. */
export type GenerationSettingsInput = {
  /** Step caching: after the first 15 % and before the last 10 % of the steps, so many in a row take a velocity extrapolated from the computed ones before them, and next to no time (TeaCache's idea with TaylorSeer's forecast). 0 to 3 with UNIPC and EULER, 0 with DMD. It changes the video, less the more steps there are. Left out: 0. */
  readonly cacheSteps?: number | null | undefined;
  /** Frames per second, 1 to 60. */
  readonly fps?: number | null | undefined;
  /** Pictures in the video: 4n + 1 with the Wan models. Others are changed to 4*floor(F/4) + 1, as adjustments say. */
  readonly frameCount?: number | null | undefined;
  /** Guidance in these steps only (Kynkäänniemi et al. 2024); the others take half the time. As `start` and `stop` of diffusers' ClassifierFreeGuidance. Needs guidanceScale above 1. Left out: in all steps. */
  readonly guidanceInterval?: GuidanceIntervalInput | null | undefined;
  /** 0 to 1: how far guidance keeps the deviation of the prediction for the prompt alone, against burnt colours at a high guidanceScale (Lin et al. 2024, section 3.4; diffusers' guidance_rescale). Costs next to no time. 0 where there is no guidance. */
  readonly guidanceRescale?: number | null | undefined;
  /** How strongly the prompt is followed: 0 to 100, above 9 with a warning. */
  readonly guidanceScale?: number | null | undefined;
  /** Pixels; divisible by the model's sizeMultiple. */
  readonly height?: number | null | undefined;
  /** How the denoising equation is solved. */
  readonly sampler?: Sampler | null | undefined;
  /** 0 to 2^53 - 1. Leave out for a random one. */
  readonly seed?: number | null | undefined;
  /** Shift of the noise schedule towards much noise. */
  readonly shift?: number | null | undefined;
  /** Number of denoising steps. */
  readonly steps?: number | null | undefined;
  /** Pixels; divisible by the model's sizeMultiple. */
  readonly width?: number | null | undefined;
};

/** Where a generation is in its life. The last three are final. */
export type GenerationStatus =
  /** Somebody stopped it. */
  | 'CANCELED'
  /** It ended without a video; `failure` says why. */
  | 'FAILED'
  /** It waits for a device. */
  | 'QUEUED'
  /** A device works on it. */
  | 'RUNNING'
  /** The video is there. */
  | 'SUCCEEDED';

/** A part of the steps of a generation, as fractions of their number: 0 <= start < end <= 1. */
export type GuidanceIntervalInput = {
  /** The first step after it is the one at floor(end * steps). */
  readonly end?: number;
  /** The first step in it is the one at floor(start * steps). */
  readonly start?: number;
};

/** What is wrong with a part of an input, for programs. */
export type InputIssueCode =
  /** It must be divisible by a number that the message names. */
  | 'NOT_MULTIPLE_OF'
  /** It must not be empty. */
  | 'REQUIRED'
  /** It is above the greatest value. */
  | 'TOO_LARGE'
  /** The text is longer than allowed. */
  | 'TOO_LONG'
  /** It is below the least value. */
  | 'TOO_SMALL'
  /** It is not one of the values there are. */
  | 'UNSUPPORTED';

/** What to make of the pictures once they are there. */
export type OutputsInput = {
  /** The whole picture if left out. */
  readonly crop?: CropInput | null | undefined;
  /** The first is the video, the others are extras; MP4_H264 if left out. */
  readonly formats?: ReadonlyArray<VideoFormat> | null | undefined;
  /** Lines of text to draw into the picture; at most 100. */
  readonly subtitles?: ReadonlyArray<SubtitleInput> | null | undefined;
};

/** Which quota of an API key. */
export type QuotaKind =
  /** How many may be asked for in a day (UTC). */
  | 'PER_DAY'
  /** How many may wait at once. */
  | 'QUEUED';

/** Why a generation had to be resumed. */
export type ResumeCause =
  /** What was kept of it on disk could not be read: it goes on from an earlier step. */
  | 'CHECKPOINT_DAMAGED'
  /** Its device ended and another one took over. */
  | 'DEVICE_LOST'
  /** A more urgent one went first. */
  | 'PREEMPTED'
  /** The server ended and was started again. */
  | 'SERVER_RESTARTED';

/** What to do again. */
export type RetryGenerationInput = {
  /** Id of the generation. */
  readonly id: string;
  /** The same key again: the first retry again. */
  readonly idempotencyKey?: string | null | undefined;
  /** What to make of the pictures this time; the same as before if left out. */
  readonly outputs?: OutputsInput | null | undefined;
};

/** How the denoising equation is solved. */
export type Sampler =
  /** For distilled models such as FastWan (3 steps) and Turbo (4 steps): predicts the video, then adds noise again. */
  | 'DMD'
  /** Flow-match Euler: one evaluation a step and no memory. */
  | 'EULER'
  /** UniPC multistep: the reference's choice, good from 20 steps. */
  | 'UNIPC';

/** How urgent something is. */
export type SetGenerationPriorityInput = {
  /** Id of the generation. */
  readonly id: string;
  /** -100 to 100, higher goes first. */
  readonly priority: number;
};

/** What to keep in sight. */
export type SetGenerationStarredInput = {
  /** Id of the generation. */
  readonly id: string;
  /** False takes the star away. */
  readonly starred: boolean;
};

/** Whether the queue rests. */
export type SetQueuePausedInput = {
  /** False lets it go on. */
  readonly paused: boolean;
};

/** A line of text drawn into the picture, in any script; emoji are drawn as outlines. */
export type SubtitleInput = {
  /** When it disappears, in seconds from the beginning. */
  readonly endSeconds: number;
  /** When it appears, in seconds from the beginning. */
  readonly startSeconds: number;
  /** Up to 500 characters in up to 4 lines. */
  readonly text: string;
};

/** A kind of video file. */
export type VideoFormat =
  /** An animated GIF: for where no video goes, at the price of colours and size. */
  | 'GIF'
  /** MP4 with H.264: plays everywhere. */
  | 'MP4_H264'
  /** WebM with VP9: smaller, for browsers. */
  | 'WEBM_VP9'
  /** An animated WebP: like a GIF with all colours. */
  | 'WEBP';

/** What can be told to a webhook. For progress, subscribe. */
export type WebhookEvent =
  /** Somebody stopped it. */
  | 'CANCELED'
  /** It ended without a video. */
  | 'FAILED'
  /** It was accepted. */
  | 'QUEUED'
  /** It goes on after a pause or a loss. */
  | 'RESUMED'
  /** A device has begun. */
  | 'STARTED'
  /** The video is there. */
  | 'SUCCEEDED';

export type GenerationEventsSubscriptionVariables = Exact<{
  id: string;
  after: number;
}>;


export type GenerationEventsSubscription = { readonly generationEvents:
    | { readonly __typename: 'GenerationCanceled', readonly sequence: number, readonly occurredAt: string, readonly generationId: string }
    | { readonly __typename: 'GenerationFailed', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly failure: FailureFragment }
    | { readonly __typename: 'GenerationProgressed', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly progress: (
        { readonly preview: PreviewFragment | null }
        & ProgressFragment
      ) }
    | { readonly __typename: 'GenerationQueued', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly position: number }
    | { readonly __typename: 'GenerationResumed', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly fromStep: number, readonly cause: ResumeCause }
    | { readonly __typename: 'GenerationStarted', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly device: { readonly id: string, readonly name: string } }
    | { readonly __typename: 'GenerationSucceeded', readonly sequence: number, readonly occurredAt: string, readonly generationId: string, readonly artifacts: ReadonlyArray<ArtifactFragment> }
   };

export type GenerationOutcomeSubscriptionVariables = Exact<{
  id: string;
  after: number;
}>;


export type GenerationOutcomeSubscription = { readonly generationEvents:
    | { readonly __typename: 'GenerationCanceled', readonly sequence: number }
    | { readonly __typename: 'GenerationFailed', readonly sequence: number }
    | { readonly __typename: 'GenerationProgressed', readonly sequence: number }
    | { readonly __typename: 'GenerationQueued', readonly sequence: number }
    | { readonly __typename: 'GenerationResumed', readonly sequence: number }
    | { readonly __typename: 'GenerationStarted', readonly sequence: number }
    | { readonly __typename: 'GenerationSucceeded', readonly sequence: number }
   };

export type SettingsFragment = { readonly width: number, readonly height: number, readonly frameCount: number, readonly fps: number, readonly steps: number, readonly guidanceScale: number, readonly guidanceRescale: number, readonly sampler: Sampler, readonly shift: number, readonly seed: number, readonly cacheSteps: number | null, readonly guidanceInterval: { readonly start: number, readonly end: number } | null };

export type ArtifactFragment = { readonly kind: ArtifactKind, readonly url: string, readonly mimeType: string, readonly bytes: number, readonly sha256: string, readonly width: number, readonly height: number, readonly durationSeconds: number | null };

export type WarningFragment = { readonly field: string, readonly message: string };

export type AdjustmentFragment = { readonly field: string, readonly from: string, readonly to: string, readonly reason: string };

export type FailureFragment = { readonly code: FailureCode, readonly message: string, readonly retryable: boolean };

export type ProgressFragment = { readonly phase: GenerationPhase, readonly step: number, readonly totalSteps: number, readonly fraction: number, readonly secondsRemaining: number | null, readonly queuePosition: number | null };

export type PreviewFragment = { readonly step: number, readonly width: number, readonly height: number, readonly frameCount: number, readonly mimeType: string, readonly data: string, readonly url: string };

export type GenerationFragment = { readonly id: string, readonly status: GenerationStatus, readonly prompt: string, readonly negativePrompt: string, readonly modelName: string, readonly batching: BatchingPolicy, readonly priority: number, readonly starred: boolean, readonly cached: boolean, readonly lastSequence: number, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly settings: SettingsFragment, readonly adjustments: ReadonlyArray<AdjustmentFragment>, readonly warnings: ReadonlyArray<WarningFragment>, readonly model: { readonly id: string, readonly name: string } | null, readonly device: { readonly id: string, readonly name: string } | null, readonly outputs: { readonly formats: ReadonlyArray<VideoFormat>, readonly crop: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly subtitles: ReadonlyArray<{ readonly text: string, readonly startSeconds: number, readonly endSeconds: number }> }, readonly firstFrame: { readonly id: string, readonly url: string, readonly width: number, readonly height: number } | null, readonly progress: ProgressFragment, readonly artifacts: ReadonlyArray<ArtifactFragment>, readonly failure: FailureFragment | null, readonly usage: { readonly queueSeconds: number, readonly computeSeconds: number, readonly wallSeconds: number, readonly peakBytes: number | null, readonly denoiserRows: number | null, readonly averageBatchRows: number, readonly resumes: number, readonly preemptions: number } | null, readonly remixedFrom: { readonly id: string } | null, readonly retriedFrom: { readonly id: string } | null };

type Problem_DoesNotFit_Fragment = { readonly __typename: 'DoesNotFit', readonly requiredBytes: number, readonly availableBytes: number, readonly message: string, readonly largestThatFits: { readonly width: number, readonly height: number, readonly frameCount: number, readonly fps: number, readonly steps: number, readonly guidanceScale: number, readonly guidanceRescale: number, readonly sampler: Sampler, readonly shift: number, readonly seed: number, readonly cacheSteps: number | null, readonly guidanceInterval: { readonly start: number, readonly end: number } | null } | null };

type Problem_GenerationBusy_Fragment = { readonly __typename: 'GenerationBusy', readonly message: string, readonly generation: { readonly id: string } };

type Problem_IdempotencyConflict_Fragment = { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly existing: { readonly id: string } };

type Problem_InvalidInput_Fragment = { readonly __typename: 'InvalidInput', readonly message: string, readonly issues: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly message: string, readonly code: InputIssueCode }> };

type Problem_NotFound_Fragment = { readonly __typename: 'NotFound', readonly id: string, readonly message: string };

type Problem_QueueFull_Fragment = { readonly __typename: 'QueueFull', readonly capacity: number, readonly retryAfterSeconds: number | null, readonly message: string };

type Problem_QuotaExceeded_Fragment = { readonly __typename: 'QuotaExceeded', readonly quota: QuotaKind, readonly limit: number, readonly retryAfterSeconds: number | null, readonly message: string };

export type ProblemFragment =
  | Problem_DoesNotFit_Fragment
  | Problem_GenerationBusy_Fragment
  | Problem_IdempotencyConflict_Fragment
  | Problem_InvalidInput_Fragment
  | Problem_NotFound_Fragment
  | Problem_QueueFull_Fragment
  | Problem_QuotaExceeded_Fragment
;

export type CreateGenerationMutationVariables = Exact<{
  input: CreateGenerationInput;
}>;


export type CreateGenerationMutation = { readonly createGeneration:
    | { readonly __typename: 'CreateGenerationSuccess', readonly replayed: boolean, readonly warnings: ReadonlyArray<WarningFragment>, readonly generation: GenerationFragment }
    | (
      { readonly __typename: 'DoesNotFit' }
      & Problem_DoesNotFit_Fragment
    )
    | (
      { readonly __typename: 'IdempotencyConflict' }
      & Problem_IdempotencyConflict_Fragment
    )
    | (
      { readonly __typename: 'InvalidInput' }
      & Problem_InvalidInput_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
    | (
      { readonly __typename: 'QueueFull' }
      & Problem_QueueFull_Fragment
    )
    | (
      { readonly __typename: 'QuotaExceeded' }
      & Problem_QuotaExceeded_Fragment
    )
   };

export type CreateGenerationsMutationVariables = Exact<{
  inputs: ReadonlyArray<CreateGenerationInput> | CreateGenerationInput;
}>;


export type CreateGenerationsMutation = { readonly createGenerations:
    | { readonly __typename: 'CreateGenerationsSuccess', readonly generations: ReadonlyArray<GenerationFragment> }
    | (
      { readonly __typename: 'DoesNotFit' }
      & Problem_DoesNotFit_Fragment
    )
    | (
      { readonly __typename: 'IdempotencyConflict' }
      & Problem_IdempotencyConflict_Fragment
    )
    | (
      { readonly __typename: 'InvalidInput' }
      & Problem_InvalidInput_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
    | (
      { readonly __typename: 'QueueFull' }
      & Problem_QueueFull_Fragment
    )
    | (
      { readonly __typename: 'QuotaExceeded' }
      & Problem_QuotaExceeded_Fragment
    )
   };

export type RetryGenerationMutationVariables = Exact<{
  input: RetryGenerationInput;
}>;


export type RetryGenerationMutation = { readonly retryGeneration:
    | { readonly __typename: 'CreateGenerationSuccess', readonly replayed: boolean, readonly warnings: ReadonlyArray<WarningFragment>, readonly generation: GenerationFragment }
    | (
      { readonly __typename: 'DoesNotFit' }
      & Problem_DoesNotFit_Fragment
    )
    | (
      { readonly __typename: 'GenerationBusy' }
      & Problem_GenerationBusy_Fragment
    )
    | (
      { readonly __typename: 'IdempotencyConflict' }
      & Problem_IdempotencyConflict_Fragment
    )
    | (
      { readonly __typename: 'InvalidInput' }
      & Problem_InvalidInput_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
    | (
      { readonly __typename: 'QueueFull' }
      & Problem_QueueFull_Fragment
    )
    | (
      { readonly __typename: 'QuotaExceeded' }
      & Problem_QuotaExceeded_Fragment
    )
   };

export type SetGenerationPriorityMutationVariables = Exact<{
  input: SetGenerationPriorityInput;
}>;


export type SetGenerationPriorityMutation = { readonly setGenerationPriority:
    | (
      { readonly __typename: 'InvalidInput' }
      & Problem_InvalidInput_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
    | { readonly __typename: 'SetGenerationPrioritySuccess', readonly generation: GenerationFragment }
   };

export type SetGenerationStarredMutationVariables = Exact<{
  input: SetGenerationStarredInput;
}>;


export type SetGenerationStarredMutation = { readonly setGenerationStarred:
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
    | { readonly __typename: 'SetGenerationStarredSuccess', readonly generation: GenerationFragment }
   };

export type DeleteGenerationMutationVariables = Exact<{
  input: DeleteGenerationInput;
}>;


export type DeleteGenerationMutation = { readonly deleteGeneration:
    | { readonly __typename: 'DeleteGenerationSuccess', readonly deletedId: string }
    | (
      { readonly __typename: 'GenerationBusy' }
      & Problem_GenerationBusy_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
   };

export type EstimateGenerationQueryVariables = Exact<{
  input: EstimateGenerationInput;
}>;


export type EstimateGenerationQuery = { readonly estimateGeneration:
    | (
      { readonly __typename: 'DoesNotFit' }
      & Problem_DoesNotFit_Fragment
    )
    | { readonly __typename: 'EstimateGenerationSuccess', readonly estimate: { readonly seconds: number, readonly lowSeconds: number, readonly highSeconds: number, readonly queueSeconds: number, readonly peakBytes: number, readonly basis: EstimateBasis } | null, readonly settings: { readonly width: number, readonly height: number, readonly frameCount: number, readonly fps: number, readonly steps: number, readonly guidanceScale: number, readonly guidanceRescale: number, readonly sampler: Sampler, readonly shift: number, readonly cacheSteps: number | null, readonly guidanceInterval: { readonly start: number, readonly end: number } | null }, readonly adjustments: ReadonlyArray<AdjustmentFragment>, readonly warnings: ReadonlyArray<WarningFragment> }
    | (
      { readonly __typename: 'InvalidInput' }
      & Problem_InvalidInput_Fragment
    )
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
   };

export type CancelGenerationMutationVariables = Exact<{
  input: CancelGenerationInput;
}>;


export type CancelGenerationMutation = { readonly cancelGeneration:
    | { readonly __typename: 'CancelGenerationSuccess', readonly generation: GenerationFragment }
    | (
      { readonly __typename: 'NotFound' }
      & Problem_NotFound_Fragment
    )
   };

export type GenerationByIdQueryVariables = Exact<{
  id: string;
}>;


export type GenerationByIdQuery = { readonly node:
    | { readonly __typename: 'Device' }
    | (
      { readonly __typename: 'Generation' }
      & GenerationFragment
    )
    | { readonly __typename: 'Model' }
    | { readonly __typename: 'Upload' }
   | null };

export type GenerationLogQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type GenerationLogQuery = { readonly node:
    | { readonly __typename: 'Device' }
    | { readonly __typename: 'Generation', readonly id: string, readonly latentsKept: boolean, readonly events: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly edges: ReadonlyArray<{ readonly node:
            | { readonly __typename: 'GenerationCanceled', readonly sequence: number, readonly occurredAt: string }
            | { readonly __typename: 'GenerationFailed', readonly sequence: number, readonly occurredAt: string, readonly failure: FailureFragment }
            | { readonly __typename: 'GenerationProgressed', readonly sequence: number, readonly occurredAt: string, readonly progress: ProgressFragment }
            | { readonly __typename: 'GenerationQueued', readonly sequence: number, readonly occurredAt: string, readonly position: number }
            | { readonly __typename: 'GenerationResumed', readonly sequence: number, readonly occurredAt: string, readonly fromStep: number, readonly cause: ResumeCause }
            | { readonly __typename: 'GenerationStarted', readonly sequence: number, readonly occurredAt: string, readonly device: { readonly id: string, readonly name: string } }
            | { readonly __typename: 'GenerationSucceeded', readonly sequence: number, readonly occurredAt: string, readonly cached: boolean }
           }> } }
    | { readonly __typename: 'Model' }
    | { readonly __typename: 'Upload' }
   | null };

export type GenerationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: GenerationFilter | null | undefined;
}>;


export type GenerationsQuery = { readonly generations: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: GenerationFragment }> } };

export type DeviceFragment = { readonly id: string, readonly name: string, readonly kind: DeviceKind, readonly status: DeviceStatus, readonly totalBytes: number, readonly freeBytes: number | null, readonly usedByUsBytes: number | null, readonly observedAt: string, readonly memory: { readonly weightsBytes: number, readonly activationsBytes: number, readonly headroomBytes: number, readonly othersBytes: number | null }, readonly loaded: ReadonlyArray<{ readonly component: string, readonly bytes: number, readonly model: { readonly id: string, readonly name: string } }>, readonly running: ReadonlyArray<{ readonly id: string, readonly prompt: string }> };

export type QueueFragment = { readonly paused: boolean, readonly depth: number, readonly running: number, readonly capacity: number };

export type DevicesQueryVariables = Exact<{ [key: string]: never; }>;


export type DevicesQuery = { readonly devices: ReadonlyArray<DeviceFragment> };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { readonly models: ReadonlyArray<{ readonly id: string, readonly name: string, readonly title: string, readonly license: string, readonly contentHash: string, readonly examplePrompts: ReadonlyArray<string>, readonly card: { readonly description: string | null, readonly intendedUse: string | null, readonly trainingData: string | null, readonly limitations: string | null } | null, readonly defaults: { readonly width: number, readonly height: number, readonly frameCount: number, readonly fps: number, readonly steps: number, readonly guidanceScale: number, readonly guidanceRescale: number, readonly sampler: Sampler, readonly shift: number }, readonly limits: { readonly maxWidth: number, readonly maxHeight: number, readonly sizeMultiple: number, readonly maxFrames: number, readonly frameMultiple: number, readonly maxSteps: number, readonly maxPromptTokens: number } }> };

export type QueueQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type QueueQuery = { readonly queue: (
    { readonly entries: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: GenerationFragment }> } }
    & QueueFragment
  ) };

export type QueueChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type QueueChangedSubscription = { readonly queueChanged: QueueFragment };

export type DeviceChangedSubscriptionVariables = Exact<{
  deviceId?: string | null | undefined;
}>;


export type DeviceChangedSubscription = { readonly deviceChanged: DeviceFragment };

export type SetQueuePausedMutationVariables = Exact<{
  input: SetQueuePausedInput;
}>;


export type SetQueuePausedMutation = { readonly setQueuePaused: { readonly __typename: 'SetQueuePausedSuccess', readonly queue: QueueFragment } };

/** A document, typed by what it gives and takes. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly query: string;
  /** For the compiler only. */
  readonly types?: (variables: Variables) => Data;
}

export const GenerationEvents: Operation<GenerationEventsSubscription, GenerationEventsSubscriptionVariables> = {
  name: 'GenerationEvents',
  query: `subscription GenerationEvents($id: ID!, $after: NonNegativeInt!) {
  generationEvents(generationId: $id, after: $after) {
    __typename
    ... on SequencedEvent {
      sequence
      occurredAt
      generationId
    }
    ... on GenerationQueued {
      position
    }
    ... on GenerationStarted {
      device {
        id
        name
      }
    }
    ... on GenerationResumed {
      fromStep
      cause
    }
    ... on GenerationProgressed {
      progress {
        ...Progress
        preview {
          ...Preview
        }
      }
    }
    ... on GenerationSucceeded {
      artifacts {
        ...Artifact
      }
    }
    ... on GenerationFailed {
      failure {
        ...Failure
      }
    }
  }
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Preview on Preview {
  step
  width
  height
  frameCount
  mimeType
  data
  url
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}`,
};

export const GenerationOutcome: Operation<GenerationOutcomeSubscription, GenerationOutcomeSubscriptionVariables> = {
  name: 'GenerationOutcome',
  query: `subscription GenerationOutcome($id: ID!, $after: NonNegativeInt!) {
  generationEvents(generationId: $id, after: $after) {
    __typename
    ... on SequencedEvent {
      sequence
    }
  }
}`,
};

export const CreateGeneration: Operation<CreateGenerationMutation, CreateGenerationMutationVariables> = {
  name: 'CreateGeneration',
  query: `mutation CreateGeneration($input: CreateGenerationInput!) {
  createGeneration(input: $input) {
    __typename
    ... on CreateGenerationSuccess {
      replayed
      warnings {
        ...Warning
      }
      generation {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const CreateGenerations: Operation<CreateGenerationsMutation, CreateGenerationsMutationVariables> = {
  name: 'CreateGenerations',
  query: `mutation CreateGenerations($inputs: [CreateGenerationInput!]!) {
  createGenerations(inputs: $inputs) {
    __typename
    ... on CreateGenerationsSuccess {
      generations {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const RetryGeneration: Operation<RetryGenerationMutation, RetryGenerationMutationVariables> = {
  name: 'RetryGeneration',
  query: `mutation RetryGeneration($input: RetryGenerationInput!) {
  retryGeneration(input: $input) {
    __typename
    ... on CreateGenerationSuccess {
      replayed
      warnings {
        ...Warning
      }
      generation {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const SetGenerationPriority: Operation<SetGenerationPriorityMutation, SetGenerationPriorityMutationVariables> = {
  name: 'SetGenerationPriority',
  query: `mutation SetGenerationPriority($input: SetGenerationPriorityInput!) {
  setGenerationPriority(input: $input) {
    __typename
    ... on SetGenerationPrioritySuccess {
      generation {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const SetGenerationStarred: Operation<SetGenerationStarredMutation, SetGenerationStarredMutationVariables> = {
  name: 'SetGenerationStarred',
  query: `mutation SetGenerationStarred($input: SetGenerationStarredInput!) {
  setGenerationStarred(input: $input) {
    __typename
    ... on SetGenerationStarredSuccess {
      generation {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const DeleteGeneration: Operation<DeleteGenerationMutation, DeleteGenerationMutationVariables> = {
  name: 'DeleteGeneration',
  query: `mutation DeleteGeneration($input: DeleteGenerationInput!) {
  deleteGeneration(input: $input) {
    __typename
    ... on DeleteGenerationSuccess {
      deletedId
    }
    ...Problem
  }
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const EstimateGeneration: Operation<EstimateGenerationQuery, EstimateGenerationQueryVariables> = {
  name: 'EstimateGeneration',
  query: `query EstimateGeneration($input: EstimateGenerationInput!) {
  estimateGeneration(input: $input) {
    __typename
    ... on EstimateGenerationSuccess {
      estimate {
        seconds
        lowSeconds
        highSeconds
        queueSeconds
        peakBytes
        basis
      }
      settings {
        width
        height
        frameCount
        fps
        steps
        guidanceScale
        guidanceRescale
        sampler
        shift
        guidanceInterval {
          start
          end
        }
        cacheSteps
      }
      adjustments {
        ...Adjustment
      }
      warnings {
        ...Warning
      }
    }
    ...Problem
  }
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const CancelGeneration: Operation<CancelGenerationMutation, CancelGenerationMutationVariables> = {
  name: 'CancelGeneration',
  query: `mutation CancelGeneration($input: CancelGenerationInput!) {
  cancelGeneration(input: $input) {
    __typename
    ... on CancelGenerationSuccess {
      generation {
        ...Generation
      }
    }
    ...Problem
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}
fragment Problem on UserError {
  __typename
  message
  ... on InvalidInput {
    issues {
      path
      message
      code
    }
  }
  ... on NotFound {
    id
  }
  ... on QueueFull {
    capacity
    retryAfterSeconds
  }
  ... on QuotaExceeded {
    quota
    limit
    retryAfterSeconds
  }
  ... on DoesNotFit {
    requiredBytes
    availableBytes
    largestThatFits {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
      seed
      guidanceInterval {
        start
        end
      }
      cacheSteps
    }
  }
  ... on GenerationBusy {
    generation {
      id
    }
  }
  ... on IdempotencyConflict {
    existing {
      id
    }
  }
}`,
};

export const GenerationById: Operation<GenerationByIdQuery, GenerationByIdQueryVariables> = {
  name: 'GenerationById',
  query: `query GenerationById($id: ID!) {
  node(id: $id) {
    __typename
    ...Generation
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}`,
};

export const GenerationLog: Operation<GenerationLogQuery, GenerationLogQueryVariables> = {
  name: 'GenerationLog',
  query: `query GenerationLog($id: ID!, $first: Int, $after: String) {
  node(id: $id) {
    __typename
    ... on Generation {
      id
      latentsKept
      events(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            __typename
            ... on SequencedEvent {
              sequence
              occurredAt
            }
            ... on GenerationQueued {
              position
            }
            ... on GenerationStarted {
              device {
                id
                name
              }
            }
            ... on GenerationResumed {
              fromStep
              cause
            }
            ... on GenerationProgressed {
              progress {
                ...Progress
              }
            }
            ... on GenerationSucceeded {
              cached
            }
            ... on GenerationFailed {
              failure {
                ...Failure
              }
            }
          }
        }
      }
    }
  }
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}`,
};

export const Generations: Operation<GenerationsQuery, GenerationsQueryVariables> = {
  name: 'Generations',
  query: `query Generations($first: Int, $after: String, $last: Int, $before: String, $filter: GenerationFilter) {
  generations(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    totalCount
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    edges {
      cursor
      node {
        ...Generation
      }
    }
  }
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}`,
};

export const Devices: Operation<DevicesQuery, DevicesQueryVariables> = {
  name: 'Devices',
  query: `query Devices {
  devices {
    ...Device
  }
}
fragment Device on Device {
  id
  name
  kind
  status
  totalBytes
  freeBytes
  usedByUsBytes
  memory {
    weightsBytes
    activationsBytes
    headroomBytes
    othersBytes
  }
  loaded {
    model {
      id
      name
    }
    component
    bytes
  }
  running {
    id
    prompt
  }
  observedAt
}`,
};

export const Models: Operation<ModelsQuery, ModelsQueryVariables> = {
  name: 'Models',
  query: `query Models {
  models {
    id
    name
    title
    license
    card {
      description
      intendedUse
      trainingData
      limitations
    }
    contentHash
    examplePrompts
    defaults {
      width
      height
      frameCount
      fps
      steps
      guidanceScale
      guidanceRescale
      sampler
      shift
    }
    limits {
      maxWidth
      maxHeight
      sizeMultiple
      maxFrames
      frameMultiple
      maxSteps
      maxPromptTokens
    }
  }
}`,
};

export const Queue: Operation<QueueQuery, QueueQueryVariables> = {
  name: 'Queue',
  query: `query Queue($first: Int, $after: String) {
  queue {
    ...Queue
    entries(first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        cursor
        node {
          ...Generation
        }
      }
    }
  }
}
fragment Queue on Queue {
  paused
  depth
  running
  capacity
}
fragment Generation on Generation {
  id
  status
  prompt
  negativePrompt
  settings {
    ...Settings
  }
  adjustments {
    ...Adjustment
  }
  warnings {
    ...Warning
  }
  modelName
  model {
    id
    name
  }
  device {
    id
    name
  }
  outputs {
    formats
    crop {
      x
      y
      width
      height
    }
    subtitles {
      text
      startSeconds
      endSeconds
    }
  }
  firstFrame {
    id
    url
    width
    height
  }
  batching
  priority
  starred
  cached
  progress {
    ...Progress
  }
  artifacts {
    ...Artifact
  }
  failure {
    ...Failure
  }
  usage {
    queueSeconds
    computeSeconds
    wallSeconds
    peakBytes
    denoiserRows
    averageBatchRows
    resumes
    preemptions
  }
  remixedFrom {
    id
  }
  retriedFrom {
    id
  }
  lastSequence
  createdAt
  startedAt
  finishedAt
}
fragment Settings on GenerationSettings {
  width
  height
  frameCount
  fps
  steps
  guidanceScale
  guidanceRescale
  sampler
  shift
  seed
  guidanceInterval {
    start
    end
  }
  cacheSteps
}
fragment Adjustment on Adjustment {
  field
  from
  to
  reason
}
fragment Warning on SettingsWarning {
  field
  message
}
fragment Progress on GenerationProgress {
  phase
  step
  totalSteps
  fraction
  secondsRemaining
  queuePosition
}
fragment Artifact on Artifact {
  kind
  url
  mimeType
  bytes
  sha256
  width
  height
  durationSeconds
}
fragment Failure on GenerationFailure {
  code
  message
  retryable
}`,
};

export const QueueChanged: Operation<QueueChangedSubscription, QueueChangedSubscriptionVariables> = {
  name: 'QueueChanged',
  query: `subscription QueueChanged {
  queueChanged {
    ...Queue
  }
}
fragment Queue on Queue {
  paused
  depth
  running
  capacity
}`,
};

export const DeviceChanged: Operation<DeviceChangedSubscription, DeviceChangedSubscriptionVariables> = {
  name: 'DeviceChanged',
  query: `subscription DeviceChanged($deviceId: ID) {
  deviceChanged(deviceId: $deviceId) {
    ...Device
  }
}
fragment Device on Device {
  id
  name
  kind
  status
  totalBytes
  freeBytes
  usedByUsBytes
  memory {
    weightsBytes
    activationsBytes
    headroomBytes
    othersBytes
  }
  loaded {
    model {
      id
      name
    }
    component
    bytes
  }
  running {
    id
    prompt
  }
  observedAt
}`,
};

export const SetQueuePaused: Operation<SetQueuePausedMutation, SetQueuePausedMutationVariables> = {
  name: 'SetQueuePaused',
  query: `mutation SetQueuePaused($input: SetQueuePausedInput!) {
  setQueuePaused(input: $input) {
    __typename
    ... on SetQueuePausedSuccess {
      queue {
        ...Queue
      }
    }
  }
}
fragment Queue on Queue {
  paused
  depth
  running
  capacity
}`,
};
