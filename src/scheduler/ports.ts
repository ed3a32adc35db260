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

/** All the scheduler has to know of a generation. */
export interface Job {
  readonly generationId: string;
  readonly model: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: GenerationSettings;
  readonly priority: number;
  readonly createdAt: Date;
}

export interface Scheduler {
  /** Takes a job that is already in the database. Never throws: what goes wrong is reported to the recorder. */
  submit(job: Job): void;
  /** Resolves when no further step of it will begin. False if the scheduler does not hold it (any more). */
  cancel(generationId: string): Promise<boolean>;
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
  readonly loaded: readonly { readonly model: string; readonly component: string; readonly bytes: number }[];
  readonly running: readonly string[];
  readonly observedAt: Date;
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
