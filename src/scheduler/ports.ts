/**
 * The two sides of the scheduler. The application hands it jobs and asks about the machine; the scheduler reports what became
 * of them. Neither side knows more of the other than this file.
 */
import type {
  Artifact,
  GenerationFailure,
  GenerationSettings,
  Progress,
  ResumeCause,
  Usage,
} from '../generations/generation.js';
import type { Outputs } from '../video/outputs.js';

/** AUTO lets rows of other generations share its steps; SOLO gives the same bytes again on the same device kind. */
export const batchings = ['AUTO', 'SOLO'] as const;
export type Batching = (typeof batchings)[number];

/** All the scheduler has to know of a generation. */
export interface Job {
  readonly generationId: string;
  /** Who asked for it: an API key's id, or `anyone`. Device time is shared fairly between clients. */
  readonly client: string;
  readonly model: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: GenerationSettings;
  /** Higher goes first. */
  readonly priority: number;
  readonly createdAt: Date;
  readonly batching: Batching;
  readonly outputs: Outputs;
  /** Path of the picture that the video begins with. */
  readonly firstFrame: string | null;
  /** Another generation of the same request whose finished latents may still lie on disk: then only decoding is left. */
  readonly continues: string | null;
}

/** Whether a device of this machine can ever compute something. Bytes are those of the device that comes closest. */
export type Fit =
  | { readonly fits: true }
  | {
      readonly fits: false;
      readonly requiredBytes: number;
      readonly availableBytes: number;
      /** The largest settings that fit, nothing else changed; null where not even the smallest do. */
      readonly largest: GenerationSettings | null;
    };

/** How the seconds of an estimate are known: this very work was timed, lies between what was timed, or is reasoned from it. */
export const estimateBases = ['MEASURED', 'INTERPOLATED', 'MODELED'] as const;
export type EstimateBasis = (typeof estimateBases)[number];

export interface Estimate {
  /** From its start to its end, were it alone. */
  readonly seconds: number;
  readonly lowSeconds: number;
  readonly highSeconds: number;
  /** Until it would start, behind all that wait and run now. */
  readonly queueSeconds: number;
  readonly peakBytes: number;
  readonly basis: EstimateBasis;
}

export interface Scheduler {
  /** Takes a job that is already in the database. Never throws: what goes wrong is reported to the recorder. */
  submit(job: Job): void;
  /** Resolves when no further step of it will begin. False if the scheduler does not hold it (any more). */
  cancel(generationId: string): Promise<boolean>;
  /** From the next unit on, whether it waits or runs. False if the scheduler does not hold it (any more). */
  setPriority(generationId: string, priority: number): boolean;
  /** While paused nothing new starts; what has started goes on. */
  readonly paused: boolean;
  setPaused(paused: boolean): void;
  /** @throws Error if there is no such model. */
  fit(model: string, settings: GenerationSettings): Fit;
  /** Null until enough is measured to say anything. @throws Error if there is no such model. */
  estimate(model: string, settings: GenerationSettings): Estimate | null;
  /** From which step a job would go on: 0, unless an earlier life of it has left a checkpoint. */
  checkpointedStep(job: Job): Promise<number>;
  /** 1 = next to start; null once started or unknown. */
  position(generationId: string): number | null;
  queue(): { readonly waiting: readonly string[]; readonly running: readonly string[] };
  devices(): readonly DeviceSnapshot[];
  /** Emits after every change of devices() or queue(). Returns the unsubscriber. */
  onChange(listener: () => void): () => void;
  /** Stops dispatching, ends the executors, leaves unfinished generations as they are in the database. */
  stop(): Promise<void>;
}

export interface DeviceSnapshot {
  /** Stable over restarts: `cpu`, `cuda-0`, … */
  readonly id: string;
  readonly name: string;
  readonly kind: 'CPU' | 'CUDA';
  readonly status: 'IDLE' | 'LOADING' | 'BUSY' | 'DRAINING' | 'LOST';
  readonly totalBytes: number;
  readonly freeBytes: number | null;
  readonly usedByUsBytes: number | null;
  readonly memory: DeviceMemory;
  readonly loaded: readonly { readonly model: string; readonly component: string; readonly bytes: number }[];
  readonly running: readonly string[];
  readonly observedAt: Date;
}

/** What the ledger plans with. */
export interface DeviceMemory {
  /** Of the components that are loaded. */
  readonly weightsBytes: number;
  /** The predicted peak of what runs beside them. */
  readonly activationsBytes: number;
  /** Left free on purpose. */
  readonly headroomBytes: number;
  /** Held by other processes; null where it cannot be asked. */
  readonly othersBytes: number | null;
}

/**
 * What became of a job. Each call is one transaction (row and event together) and is awaited before the next one for that
 * generation, so the log has no holes; the report of a step is written while the next step computes. Calls for a generation
 * that has ended are ignored and return false.
 */
export interface Recorder {
  started(generationId: string, deviceId: string): Promise<boolean>;
  progressed(generationId: string, progress: Progress): Promise<boolean>;
  resumed(generationId: string, fromStep: number, cause: ResumeCause): Promise<boolean>;
  succeeded(generationId: string, artifacts: readonly Artifact[], usage: Usage): Promise<boolean>;
  failed(generationId: string, failure: GenerationFailure, usage: Usage): Promise<boolean>;
  canceled(generationId: string): Promise<boolean>;
}

/** Content-addressed files: the same bytes are stored once. */
export interface ArtifactStore {
  /** A fresh path on the same file system to write to; `commit` moves it in, `discard` removes it. */
  stage(extension: string): Promise<string>;
  commit(stagedPath: string): Promise<{ readonly sha256: string; readonly bytes: number }>;
  discard(stagedPath: string): Promise<void>;
}
