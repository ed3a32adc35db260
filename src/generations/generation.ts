/** The application's own words. SDL, database and wire formats are mapped to these, never the other way round. */

export const generationStatuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type GenerationStatus = (typeof generationStatuses)[number];

export const generationPhases = [
  'WAITING',
  'LOADING',
  'ENCODING_TEXT',
  'DENOISING',
  'DECODING',
  'ENCODING_VIDEO',
  'DONE',
] as const;
export type GenerationPhase = (typeof generationPhases)[number];

export const samplers = ['UNIPC', 'EULER', 'DMD'] as const;
export type Sampler = (typeof samplers)[number];

/** Of a generation's steps, as fractions of their number. */
export interface GuidanceInterval {
  readonly start: number;
  readonly end: number;
}

/** Every setting resolved: the same settings and model give the same video. */
export interface GenerationSettings {
  readonly width: number;
  readonly height: number;
  /** 4n + 1 */
  readonly frameCount: number;
  readonly fps: number;
  readonly steps: number;
  readonly guidanceScale: number;
  /** 0 … 1; 0 where there is no guidance. */
  readonly guidanceRescale: number;
  readonly sampler: Sampler;
  readonly shift: number;
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  /** Guidance in these steps only; in all of them if left out. Never all of them: what changes nothing is left out. */
  readonly guidanceInterval?: GuidanceInterval;
  /** From 1: so many steps in a row take an extrapolated velocity; none if left out. */
  readonly cacheSteps?: number;
}

/** What the server changed in the settings asked for. */
export interface Adjustment {
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Settings that are allowed and probably a mistake, such as guidance over 9. */
export interface SettingsWarning {
  readonly field: string;
  readonly message: string;
}

export const failureCodes = [
  'OUT_OF_MEMORY',
  'MODEL_LOAD_FAILED',
  'DEVICE_LOST',
  'NUMERIC_OVERFLOW',
  'ENCODER_FAILED',
  'TIMED_OUT',
  'STORAGE_FAILED',
  'INTERNAL',
] as const;
export type FailureCode = (typeof failureCodes)[number];

export interface GenerationFailure {
  readonly code: FailureCode;
  /** One sentence for the person who asked for the video: no paths, no stacks. */
  readonly message: string;
  readonly retryable: boolean;
}

/** A small animated picture (WebP) of the current x0 estimate: every latent frame. */
export interface Preview {
  readonly step: number;
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  readonly mimeType: string;
  readonly data: Uint8Array;
}

export interface Progress {
  readonly phase: GenerationPhase;
  readonly step: number;
  readonly totalSteps: number;
  /** 0..1 over all phases, never decreasing. */
  readonly fraction: number;
  readonly secondsRemaining: number | null;
  readonly preview?: Preview;
}

export type ArtifactKind = 'VIDEO' | 'POSTER' | 'EXTRA';

/** A finished file of a generation, already in the artifact store. */
export interface Artifact {
  readonly kind: ArtifactKind;
  readonly sha256: string;
  readonly bytes: number;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number | null;
}

export interface Usage {
  readonly queueSeconds: number;
  readonly computeSeconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number | null;
  /** Rows that the denoiser computed for it, once more where they were lost; null before that was counted. */
  readonly denoiserRows: number | null;
  /** Rows a step computed at once on average, those of other generations included. */
  readonly averageBatchRows: number;
  /** How often it went on from a checkpoint. */
  readonly resumes: number;
  /** How often a more urgent one went first. */
  readonly preemptions: number;
}

export type ResumeCause = 'PREEMPTED' | 'DEVICE_LOST' | 'SERVER_RESTARTED' | 'CHECKPOINT_DAMAGED';
