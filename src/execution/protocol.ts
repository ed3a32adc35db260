import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { FailureCode, GenerationSettings } from '../generations/generation.js';
import type { RgbFrames } from '../video/preview.js';

/**
 * What the server process (through an executor's host) and an executor, the child process of one lane of a device, say to each
 * other: structured clones over the IPC channel of `fork`.
 *
 *       host                                   executor
 *        │ ─────────────── start ───────────────▶ │   once, first
 *        │ ◀────────────── ready ──────────────── │   once; the host asks for nothing before it
 *        │ ─────────────── unit  ───────────────▶ │   at most one unanswered at any time, numbered 1, 2, 3 …
 *        │ ───────────── no-more ───────────────▶ │   what the last step said with `more` holds no longer
 *        │ ◀─────────── done | failed ─────────── │   exactly one for every unit, with its number
 *        │ ◀──────────── heartbeat ────────────── │   every `heartbeatMs` while no unit runs
 *
 * - A unit may block the executor's thread (onnxruntime-node computes on the caller's), so silence means death only between
 *   units; during one, its deadline is the watch.
 * - Cancelling is not asking: between two units the host decides what comes next, and `forget` drops what was.
 * - A step that says `more` lets the executor begin the next one of the same generations before it is asked for, if its sessions
 *   compute beside its thread: the device would wait for the answer, the plan and the question otherwise. That changes no state. If
 *   the next unit is that step it takes the result, or its failure; any other that computes waits for the run to end and drops it, so
 *   the host need not know which came first. The run's memory is what the session kept of the step before.
 * - A unit that fails with DEVICE_LOST says that nothing will succeed in this process any more; the host ends it.
 * - Any other failed unit leaves the executor usable and every generation's state as it was before the unit. (A video under way from
 *   latents to pixels is no state: after a failed `decode` the next one begins with frame 0.)
 * - There is no goodbye. The host ends an executor with SIGKILL, and an executor whose host has gone ends too: by itself
 *   (`disconnect`), on Linux by the kernel's hand even in mid-unit. SIGINT and SIGTERM, which a terminal sends to the whole
 *   group, are the host's business and ignored.
 * - An executor's knowledge, sessions and states alike, dies with it. What has to outlive it, or to pass from one lane to
 *   another, goes through the work directory (work-files.ts):
 *
 *       encode-text ──▶ embeddings ──┐
 *       encode-image ─▶ first frame ─┴▶ open ──▶ step | predict, advance ──▶ checkpoint ──▶ decode
 *                                        ▲                 │        ▲            │
 *                                        │                 └velocity┘            │
 *                                        └───────── another life or lane ────────┘
 *
 *   Executors write these files and read them; which are needed, and when they are removed, the host decides. A broken file
 *   counts as absent and is removed: `open` then begins at an earlier step, 0 at worst.
 * - A generation may be open in several executors at once (replicas: guidance split over two devices). They stay equal as long
 *   as each of them takes every `advance`; losing one loses nothing.
 */
export type HostMessage =
  | {
      readonly type: 'start';
      readonly device: ExecutorDevice;
      readonly heartbeatMs: number;
      /** Absolute; its folders exist. */
      readonly workDirectory: string;
    }
  | { readonly type: 'unit'; readonly number: number; readonly unit: Unit }
  | { readonly type: 'no-more' };

export type ExecutorMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'heartbeat' }
  | {
      readonly type: 'done';
      readonly number: number;
      readonly result: UnitResult<UnitKind>;
      /** What the unit took, by the executor's own clock. */
      readonly seconds: number;
      /**
       * The most memory that the process held during the unit, what was open before included: resident memory on the CPU, the
       * device's on a GPU. Null where that cannot be told.
       */
      readonly peakBytes: number | null;
      /** The same before the unit and after it: what it needs itself, and what it leaves to be used again. */
      readonly heldBytes: number | null;
      readonly leftBytes: number | null;
    }
  | { readonly type: 'failed'; readonly number: number; readonly failure: UnitFailure };

/** What an executor needs to know of its device. */
export type ExecutorDevice =
  | { readonly kind: 'CPU'; readonly threads: number }
  /** `deviceId`: CUDA's number, of those that it shows; `gpu`: the driver's, of all. */
  | { readonly kind: 'CUDA'; readonly deviceId: number; readonly gpu: number };

/** What a generation asks of a model. */
export interface GenerationRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: GenerationSettings;
  /** Image-to-video: it begins with the picture that `encode-image` encoded. */
  readonly firstFrame: boolean;
}

/** The two rows of a guided generation. */
export type Row = 'conditional' | 'unconditional';

type Nothing = Record<string, never>;

/** `bundle` is always the bundle's directory. */
interface UnitContracts {
  /** Opens one component's sessions; nothing happens if they are open. `memoryBytes`: what each may take of a GPU at most. */
  load: {
    ask: { bundle: string; component: ComponentName; memoryBytes?: number };
    /** Whether the bundle's denoiser is open and leaves the executor's thread free, so that `more` is of use. */
    result: { runsAside: boolean };
  };
  /** Closes them, if they are open, and gives their memory back. */
  release: { ask: { bundle: string; component: ComponentName }; result: Nothing };
  /** Prompts, as they were typed, to embeddings in the work directory. Needs the text encoder. */
  'encode-text': {
    ask: { bundle: string; prompts: readonly string[] };
    result: { /** How many of them were not there. */ encoded: number };
  };
  /** A picture file, cropped to the video's aspect, to the latents of the generation's first frame. Needs the VAE. */
  'encode-image': {
    ask: { generationId: string; bundle: string; picture: string; width: number; height: number };
    result: Nothing;
  };
  /**
   * Takes a generation in: from its checkpoint if there is a good one, else at step 0 with the seed's noise. What this executor
   * knew of it before is dropped. Computes nothing and needs no component.
   */
  open: {
    ask: { generationId: string; bundle: string; request: GenerationRequest };
    /** Steps done; null: an embedding or the first frame is not there (any more), so ask for it, then again. */
    result: { step: number | null };
  };
  /**
   * The next denoising step of each of these, all rows in one batch, and what follows it with no rows (`cacheSteps`): they are
   * open, of one bundle and one size. Needs the denoiser. Then checkpoints of those listed, and of each whose last step it was.
   * Where memory is short the rows go through the network `rowsAtOnce` by `rowsAtOnce`; all together if that is left out. `more`: the
   * next unit is likely to be the same once more.
   */
  step: {
    ask: { generationIds: readonly string[]; checkpoint: readonly string[]; rowsAtOnce?: number; more?: boolean };
    result: {
      members: readonly StepResult[];
      /** What the device waited since the network's run before; null where nobody can tell. */
      idleSeconds: number | null;
      /** For how long the run had been computing when the unit came: the unit's own seconds lack them. */
      aheadSeconds: number;
    };
  };
  /**
   * One row's half of a step with guidance: its velocity is kept for `advance`, and left in the work directory for the executor of
   * the other half. The state stays as it is. Needs the denoiser. Fails with STORAGE_FAILED where the file cannot be written.
   */
  predict: { ask: { generationId: string; row: Row }; result: Nothing };
  /**
   * The solver's half of a step, with the velocity that this executor predicted last and the other row's, which is taken out of the
   * work directory: so both are predicted first, and no third executor takes this step. Needs no component.
   */
  advance: { ask: { generationId: string; checkpoint: boolean }; result: StepResult };
  /** Writes checkpoints now, as before a move. Fails with STORAGE_FAILED where a step would go on without. */
  checkpoint: { ask: { generationIds: readonly string[] }; result: Nothing };
  /**
   * The next frames of a generation whose last step is done: of one latent frame, from the checkpoint, open here or not. Needs
   * the VAE. Fails with STORAGE_FAILED where there is no good checkpoint of the last step.
   */
  decode: {
    ask: { generationId: string; bundle: string };
    result: {
      frames: RgbFrames;
      /** Number of the first of these frames; 0 again when a decoding begins anew, with the same pixels. */
      frameIndex: number;
      last: boolean;
    };
  };
  /** Drops the states of these generations, known or not, and what is being decoded of them. Files stay. */
  forget: { ask: { generationIds: readonly string[] }; result: Nothing };
}

export interface StepResult {
  readonly generationId: string;
  /** Steps done, this one and those that are taken along with it included. */
  readonly step: number;
  /** False where the latents hold NaN or infinity: nothing good can follow, and no checkpoint is written. */
  readonly finite: boolean;
  /**
   * Whether the state after this step is on disk. A checkpoint that cannot be written does not fail the step; after the last
   * step, where decoding needs it, ask for `checkpoint`.
   */
  readonly checkpointed: boolean;
  /** The x0 estimate through the bundle's preview map, one picture a latent frame. */
  readonly preview: RgbFrames;
}

export type UnitKind = keyof UnitContracts;
export type UnitOf<K extends UnitKind> = { readonly kind: K } & Readonly<UnitContracts[K]['ask']>;
export type Unit = { [K in UnitKind]: UnitOf<K> }[UnitKind];
export type UnitResult<K extends UnitKind> = UnitContracts[K]['result'];

export interface UnitFailure {
  readonly code: FailureCode;
  /** One sentence for the person who asked for the video: no paths, no stacks. */
  readonly message: string;
  /** For the log. */
  readonly detail: string;
}
