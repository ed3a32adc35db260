import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.js';
import type { Tensor, TensorData } from '../tensor.js';

// CommonJS on purpose: the module must be loaded once a process, whatever loader (vitest's, tsc's output) asks for it.
const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');

export interface SessionOptions {
  readonly device: { readonly kind: 'CPU' } | { readonly kind: 'CUDA'; readonly deviceId: number };
  /** Threads of one operator on the CPU; ONNX Runtime's own choice (the physical cores) if left out. */
  readonly threads?: number;
  /** Whether memory is planned ahead as one piece; ONNX Runtime's default is yes. To be measured on a GPU. */
  readonly memoryPattern?: boolean;
}

export type Feeds = Readonly<Record<string, Tensor>>;

/**
 * One network on one device. `run` blocks the thread that calls it until the results are there (onnxruntime-node works that
 * way, promise or not), so sessions live in a process that has nothing else to do: the executor.
 */
export class Session {
  private constructor(private readonly session: InferenceSession) {}

  static async open(graph: Pick<Graph, 'encode' | 'weights'>, options: SessionOptions): Promise<Session> {
    const provider =
      options.device.kind === 'CUDA' ? { name: 'cuda', deviceId: options.device.deviceId } : { name: 'cpu' };
    const session = await ort.InferenceSession.create(graph.encode(), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.memoryPattern === undefined ? {} : { enableMemPattern: options.memoryPattern }),
      // The graph comes as bytes, so ONNX Runtime has to be told where its external weights lie.
      extra: {
        session: {
          model_external_initializers_file_folder_path: graph.weights.folder,
          // Threads that spin while they wait win 8 % on idle cores and take twice the time where server, ffmpeg or another
          // executor want the same cores (test/bench/RESULTS.md).
          intra_op: { allow_spinning: '0' },
        },
      },
    });
    return new Session(session);
  }

  /** Results by name; their arrays are the caller's to keep. */
  async run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) {
      inputs[name] = new ort.Tensor(tensor.dtype as 'float32', tensor.data as Float32Array, [...tensor.dims]);
    }
    const results = await this.session.run(inputs);
    const outputs: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results)) {
      outputs[name] = { dtype: value.type as Tensor['dtype'], dims: value.dims, data: value.data as TensorData };
    }
    return outputs;
  }

  /** Gives the memory back. */
  async close(): Promise<void> {
    await this.session.release();
  }
}
