import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.js';
import type { Tensor, TensorData } from '../tensor.js';
import { RunClock } from './run-clock.js';
import {
  configEntries,
  type Feeds,
  type KeptTensor,
  type Results,
  type RunOptions,
  type Session,
  type SessionOptions,
} from './session-types.js';

// CommonJS on purpose: the module must be loaded once a process, whatever loader (vitest's, tsc's output) asks for it.
const require = createRequire(import.meta.url);

/** It stays in this process's memory: onnxruntime-node leaves nothing on a device. */
class HostTensor implements KeptTensor {
  constructor(readonly tensor: Tensor) {}

  release(): void {}
}

/**
 * A session through onnxruntime-node. `run` blocks the thread that calls it until the results are there (the package works that
 * way, promise or not), so sessions live in a process that has nothing else to do: the executor.
 */
export class NodeSession implements Session {
  readonly runsAside = false;
  readonly #clock = new RunClock();

  private constructor(
    private readonly ort: typeof import('onnxruntime-node'),
    private readonly session: InferenceSession,
  ) {}

  static async open(graph: Pick<Graph, 'encode' | 'weights'>, options: SessionOptions): Promise<NodeSession> {
    const ort: typeof import('onnxruntime-node') = require('onnxruntime-node');
    const provider =
      options.device.kind === 'CUDA' ? { name: 'cuda', deviceId: options.device.deviceId } : { name: 'cpu' };
    const session = await ort.InferenceSession.create(graph.encode(), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.memoryPattern === undefined ? {} : { enableMemPattern: options.memoryPattern }),
      extra: configEntries(graph.weights.folder),
    });
    return new NodeSession(ort, session);
  }

  get idleSeconds(): number | null {
    return this.#clock.idleSeconds;
  }

  async run(feeds: Feeds, { constants = {} }: RunOptions = {}): Promise<Record<string, Tensor>> {
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, feed] of Object.entries({ ...constants, ...feeds })) {
      const { dtype, data, dims } = feed instanceof HostTensor ? feed.tensor : (feed as Tensor);
      inputs[name] = new this.ort.Tensor(dtype as 'float32', data as Float32Array, [...dims]);
    }
    this.#clock.begin();
    const results = await this.session.run(inputs);
    this.#clock.end();
    const outputs: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results)) {
      outputs[name] = { dtype: value.type as Tensor['dtype'], dims: value.dims, data: value.data as TensorData };
    }
    return outputs;
  }

  async runKeeping(feeds: Feeds, keep: (output: string) => KeptTensor | boolean): Promise<Results> {
    const outputs = Object.entries(await this.run(feeds));
    const kept = outputs.filter(([name]) => keep(name)).map(([name, tensor]) => [name, new HostTensor(tensor)]);
    return { tensors: Object.fromEntries(outputs.filter(([name]) => !keep(name))), kept: Object.fromEntries(kept) };
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
