import type { Tensor } from '../tensor.js';
import type { CudaOptions } from './native/cuda-options.js';

export interface SessionOptions {
  readonly device: { readonly kind: 'CPU' } | { readonly kind: 'CUDA'; readonly deviceId: number };
  /** Threads of one operator on the CPU; ONNX Runtime's own choice (the physical cores) if left out. */
  readonly threads?: number;
  /** Whether memory is planned ahead as one piece; ONNX Runtime's default is yes. */
  readonly memoryPattern?: boolean;
  /** `native` (CUDA's): ONNX Runtime's C API. `node` (the CPU's, and where the other cannot be loaded): onnxruntime-node. */
  readonly binding?: 'native' | 'node';
  /** Path of a library of operators that the graph names; through the C API only. */
  readonly customOperators?: string;
  /** For CUDA through the C API. */
  readonly cuda?: CudaOptions;
}

/** A result that stays where it was computed: on the device, through the C API. Whoever asked for it releases it. */
export interface KeptTensor {
  release(): void;
}

export type Feeds = Readonly<Record<string, Tensor | KeptTensor>>;

export interface Results {
  /** Their arrays are the caller's to keep. */
  readonly tensors: Record<string, Tensor>;
  /** For a later run of a session on the same device, through the same binding. */
  readonly kept: Record<string, KeptTensor>;
}

export interface RunOptions {
  /** Tensors of results' own shapes, which the session may write these to and then gives back: that saves a copy. */
  readonly into?: Readonly<Record<string, Tensor>>;
  /** Feeds that many runs in a row share: as long as it is this very object, what it holds is sent to the device once. */
  readonly constants?: Feeds;
}

/** One network on one device. */
export interface Session {
  /** Whether a run leaves the thread that asked for it free. */
  readonly runsAside: boolean;
  /** What the device waited for this process before the last run, since the one before it; null where there was none. */
  readonly idleSeconds: number | null;
  /** Results by name. */
  run(feeds: Feeds, options?: RunOptions): Promise<Record<string, Tensor>>;
  /**
   * The same with those results left on the device that `keep` says yes to. Where it gives a tensor of the same shape instead, the
   * session may write the result over it, and then gives that very tensor back; the graph must have done with it by then.
   * `into` is for results that are not kept.
   */
  runKeeping(
    feeds: Feeds,
    keep: (output: string) => KeptTensor | boolean,
    options?: Pick<RunOptions, 'into'>,
  ): Promise<Results>;
  /** Gives the memory back. */
  close(): Promise<void>;
}

/** ONNX Runtime's session configuration, by either binding. @param weightsFolder a graph comes as bytes: where its weights lie */
export function configEntries(weightsFolder: string): Record<string, string> {
  return {
    'session.model_external_initializers_file_folder_path': weightsFolder,
    // Threads that spin while they wait win 8 % on idle cores and take twice the time where server, ffmpeg or another
    // executor want the same cores (test/bench/RESULTS.md).
    'session.intra_op.allow_spinning': '0',
  };
}
