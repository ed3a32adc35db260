import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { FailureCode, GenerationSettings } from '../generations/generation.js';
import type { RgbFrames } from '../video/preview.js';

/**
 * What the server process (through an executor's host) and an executor, the child process that owns one device, say to each
 * other: structured clones over the IPC channel of `fork`.
 *
 *       host                                   executor
 *        │ ─────────────── start ───────────────▶ │   once, first
 *        │ ◀────────────── ready ──────────────── │   once; the host asks for nothing before it
 *        │ ─────────────── unit  ───────────────▶ │   at most one unanswered at any time, numbered 1, 2, 3 …
 *        │ ◀─────────── done | failed ─────────── │   exactly one for every unit, with its number
 *        │ ◀──────────── heartbeat ────────────── │   every `heartbeatMs` while no unit runs
 *
 * - A unit blocks the executor's thread (onnxruntime-node computes on the caller's), so silence means death only between
 *   units; during one, its deadline is the watch.
 * - Cancelling is not asking: between two units the host decides what comes next, and `forget` drops what was.
 * - A failed unit leaves the executor usable and every generation's state as it was before the unit.
 * - There is no goodbye. The host ends an executor with SIGKILL, and an executor whose host has gone (`disconnect`) ends
 *   itself: all it holds can be computed again. SIGINT and SIGTERM, which a terminal sends to the whole group, are the
 *   host's business and ignored.
 * - An executor's knowledge, sessions and states alike, dies with it; a new one starts with nothing.
 *
 * A generation's state in the executor is plain data ({ request, conditioning, denoising }), and a step names any number of
 * generations, so checkpoints, moves between devices and batches are further units, not another protocol.
 */
export type HostMessage =
  | { readonly type: 'start'; readonly device: ExecutorDevice; readonly heartbeatMs: number }
  | { readonly type: 'unit'; readonly number: number; readonly unit: Unit };

export type ExecutorMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'heartbeat' }
  | {
      readonly type: 'done';
      readonly number: number;
      readonly result: UnitResult<UnitKind>;
      /** What the unit took, by the executor's own clock. */
      readonly seconds: number;
      /** Largest resident set since the last `encode-text` began. */
      readonly peakRssBytes: number;
    }
  | { readonly type: 'failed'; readonly number: number; readonly failure: UnitFailure };

/** What an executor needs to know of its device. */
export type ExecutorDevice =
  | { readonly kind: 'CPU'; readonly threads: number }
  | { readonly kind: 'CUDA'; readonly deviceId: number };

/** What a generation asks of a model. */
export interface GenerationRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: GenerationSettings;
}

/** `bundle` is always the bundle's directory. */
interface UnitContracts {
  /** Opens one component's sessions; nothing happens if they are open. */
  load: { ask: { bundle: string; component: ComponentName }; result: Record<string, never> };
  /** Closes what is open of a bundle and gives its memory back. */
  release: { ask: { bundle: string }; result: Record<string, never> };
  /** Begins a generation: both prompts to embeddings, the first noise, step 0. Needs the text encoder. */
  'encode-text': {
    ask: { generationId: string; bundle: string; request: GenerationRequest };
    result: { /** Tokens of prompt and negative prompt, `</s>` included. */ tokens: readonly [number, number] };
  };
  /** The next denoising step of each of these, in one batch. Needs the denoiser. */
  step: { ask: { generationIds: readonly string[] }; result: { members: readonly StepResult[] } };
  /** The next frames of a generation whose last step is done: of one latent frame. Needs the VAE. */
  decode: { ask: { generationId: string }; result: { frames: RgbFrames; last: boolean } };
  /** Drops the states of these generations, known or not. */
  forget: { ask: { generationIds: readonly string[] }; result: Record<string, never> };
}

export interface StepResult {
  readonly generationId: string;
  /** Steps done, this one included. */
  readonly step: number;
  /** False where the latents hold NaN or infinity: nothing good can follow. */
  readonly finite: boolean;
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
