import type { Graph } from '../../graph/graph.js';
import type { Tensor } from '../../tensor.js';
import { RunClock } from '../run-clock.js';
import {
  configEntries,
  type Feeds,
  type KeptTensor,
  type Results,
  type RunOptions,
  type Session,
  type SessionOptions,
} from '../session-types.js';
import { appendCuda } from './cuda-options.js';
import { Handle, Scope } from './handle.js';
import type { OrtLibrary, Pointer } from './library.js';
import { tensorOf, valueOver } from './values.js';

const allOptimizations = 99;
const errorsOnly = 3;
/** enum OrtAllocatorType, enum OrtMemType */
const deviceAllocator = 0;
const defaultMemory = 0;

/** A tensor that never left its session's device: an OrtValue that holds its memory until it is released. */
class DeviceTensor implements KeptTensor {
  constructor(readonly value: Handle) {}

  release(): void {
    this.value.release();
  }
}

/**
 * A session through ONNX Runtime's C API. Unlike onnxruntime-node's it computes on a thread of its own, takes all of CUDA's options,
 * and can leave results on the device for the next run.
 */
export class NativeSession implements Session {
  readonly runsAside = true;
  readonly #clock = new RunClock();
  /** Of the run with constants before. */
  #prepared: { readonly constants: Feeds; readonly binding: Pointer; readonly scope: Scope } | null = null;
  /** Runs follow one another: they share the session's memory. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly ort: OrtLibrary,
    private readonly scope: Scope,
    private readonly session: Pointer,
    private readonly memory: { readonly cpu: Pointer; readonly device: Pointer },
    private readonly runOptions: Pointer,
    private readonly outputs: readonly string[],
  ) {}

  /** @throws Error with ONNX Runtime's message. */
  static async open(
    ort: OrtLibrary,
    graph: Pick<Graph, 'encode' | 'weights'>,
    options: SessionOptions,
  ): Promise<NativeSession> {
    const scope = new Scope(ort);
    try {
      const session = await createSession(ort, graph, options);
      scope.own(session);
      const cpu = scope.make('CreateMemoryInfo', 'ReleaseMemoryInfo', 'Cpu', deviceAllocator, 0, defaultMemory);
      const device =
        options.device.kind === 'CPU'
          ? cpu
          : scope.make(
              'CreateMemoryInfo',
              'ReleaseMemoryInfo',
              'Cuda',
              deviceAllocator,
              options.device.deviceId,
              defaultMemory,
            );
      return new NativeSession(
        ort,
        scope,
        session.pointer,
        { cpu, device },
        makeRunOptions(ort, scope, options),
        outputNames(ort, session.pointer),
      );
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  get idleSeconds(): number | null {
    return this.#clock.idleSeconds;
  }

  async run(feeds: Feeds, { into = {}, constants }: RunOptions = {}): Promise<Record<string, Tensor>> {
    return (await this.#inTurn(feeds, (output) => into[output] ?? false, constants)).tensors;
  }

  runKeeping(
    feeds: Feeds,
    keep: (output: string) => KeptTensor | boolean,
    { into = {} }: Pick<RunOptions, 'into'> = {},
  ): Promise<Results> {
    return this.#inTurn(feeds, (output) => keep(output) || (into[output] ?? false));
  }

  #inTurn(feeds: Feeds, place: Place, constants?: Feeds): Promise<Results> {
    const results = this.#turn.then(() => this.#run(feeds, place, constants));
    this.#turn = results.catch(() => {});
    return results;
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#prepared?.scope.release();
    this.scope.release();
  }

  async #run(feeds: Feeds, place: Place, constants: Feeds | undefined): Promise<Results> {
    const { ort, memory } = this;
    const places = new Map(this.outputs.map((name) => [name, place(name)]));
    const scope = new Scope(ort);
    try {
      const binding = constants ? this.#prepare(constants) : this.#newBinding(scope);
      this.#bindInputs(binding, feeds, scope);
      for (const [name, over] of places) {
        if (over instanceof DeviceTensor) ort.call('BindOutput', binding, name, over.value.pointer);
        else if (isTensor(over))
          ort.call('BindOutput', binding, name, scope.own(valueOver(ort, memory.cpu, name, over)));
        else ort.call('BindOutputToDevice', binding, name, over ? memory.device : memory.cpu);
      }
      ort.call('SynchronizeBoundInputs', binding);
      this.#clock.begin();
      await ort.callAsync('RunWithBinding', this.session, this.runOptions, binding);
      this.#clock.end();
      return written(places) ?? this.#collect(boundValues(ort, binding), places);
    } finally {
      scope.release();
    }
  }

  /** The binding in which these are bound already. What is bound beside them is bound anew for each run, under the same names. */
  #prepare(constants: Feeds): Pointer {
    if (this.#prepared?.constants !== constants) {
      this.#prepared?.scope.release();
      this.#prepared = null;
      const scope = new Scope(this.ort);
      try {
        const binding = this.#newBinding(scope);
        this.#bindInputs(binding, constants, scope);
        this.#prepared = { constants, binding, scope };
      } catch (error) {
        scope.release();
        throw error;
      }
    }
    return this.#prepared.binding;
  }

  #newBinding(scope: Scope): Pointer {
    return scope.make('CreateIoBinding', 'ReleaseIoBinding', this.session);
  }

  /** On a GPU this is when they are sent there: the binding holds a copy. */
  #bindInputs(binding: Pointer, feeds: Feeds, scope: Scope): void {
    const { ort, memory } = this;
    for (const [name, feed] of Object.entries(feeds)) {
      const value =
        feed instanceof DeviceTensor ? feed.value.pointer : scope.own(valueOver(ort, memory.cpu, name, feed as Tensor));
      ort.call('BindInput', binding, name, value);
    }
  }

  /** @param values in the order of `outputs`: some are kept, the others copied and released. */
  #collect(values: readonly Handle[], places: ReadonlyMap<string, ReturnType<Place>>): Results {
    const tensors: Record<string, Tensor> = {};
    const kept: Record<string, KeptTensor> = {};
    const done: Handle[] = [];
    try {
      for (const [i, value] of values.entries()) {
        const name = this.outputs[i] as string;
        const over = places.get(name);
        // What was written over has its owner; this is one more reference to it.
        if (over !== true) done.push(value);
        if (over instanceof DeviceTensor) kept[name] = over;
        else if (isTensor(over)) tensors[name] = over;
        else if (over) kept[name] = new DeviceTensor(value);
        else tensors[name] = tensorOf(this.ort, value.pointer);
      }
      return { tensors, kept };
    } catch (error) {
      for (const value of values) if (!done.includes(value)) value.release();
      throw error;
    } finally {
      for (const value of done) value.release();
    }
  }
}

/** Where a result goes: over a tensor on the device or in our own memory, else to new memory, on the device (true) or in ours. */
type Place = (output: string) => KeptTensor | Tensor | boolean;

function isTensor(place: ReturnType<Place> | undefined): place is Tensor {
  return typeof place === 'object' && 'data' in place;
}

/** Where every result was written over something, nothing is to be fetched; null where one was not. */
function written(places: ReadonlyMap<string, ReturnType<Place>>): Results | null {
  const tensors: Record<string, Tensor> = {};
  const kept: Record<string, KeptTensor> = {};
  for (const [name, over] of places) {
    if (isTensor(over)) tensors[name] = over;
    else if (over instanceof DeviceTensor) kept[name] = over;
    else return null;
  }
  return { tensors, kept };
}

/** What all runs of a session are told. */
function makeRunOptions(ort: OrtLibrary, scope: Scope, { device, cuda }: SessionOptions): Pointer {
  const options = scope.make('CreateRunOptions', 'ReleaseRunOptions');
  if (device.kind === 'CUDA' && cuda?.shrinkArena) {
    ort.call('AddRunConfigEntry', options, 'memory.enable_memory_arena_shrinkage', `gpu:${device.deviceId}`);
  }
  return options;
}

/** The handle of a session; its making, which takes seconds for a large model, leaves the event loop free. */
async function createSession(
  ort: OrtLibrary,
  graph: Pick<Graph, 'encode' | 'weights'>,
  { device, threads, memoryPattern, customOperators, cuda }: SessionOptions,
): Promise<Handle> {
  const scope = new Scope(ort);
  const pinned = [graph.encode()];
  try {
    const options = scope.make('CreateSessionOptions', 'ReleaseSessionOptions');
    ort.call('SetSessionGraphOptimizationLevel', options, allOptimizations);
    ort.call('SetSessionLogSeverityLevel', options, errorsOnly);
    if (threads !== undefined) ort.call('SetIntraOpNumThreads', options, threads);
    if (memoryPattern === false) ort.call('DisableMemPattern', options);
    for (const [key, value] of Object.entries(configEntries(graph.weights.folder))) {
      ort.call('AddSessionConfigEntry', options, key, value);
    }
    if (customOperators !== undefined) ort.call('RegisterCustomOpsLibrary_V2', options, customOperators);
    if (device.kind === 'CUDA') appendCuda(ort, options, device.deviceId, cuda);
    const [model] = pinned as [Uint8Array];
    const created: [Pointer | null] = [null];
    const address = ort.koffi.address(model);
    await ort.callAsync('CreateSessionFromArray', ort.env, address, model.byteLength, options, created);
    return new Handle(ort, 'ReleaseSession', created[0] as Pointer);
  } finally {
    scope.release();
    // Until here the thread may have read the model.
    pinned.pop();
  }
}

function outputNames(ort: OrtLibrary, session: Pointer): string[] {
  const count = Number(ort.make<number>('SessionGetOutputCount', session));
  return Array.from({ length: count }, (_, i) => {
    const text = ort.make('SessionGetOutputName', session, i, ort.allocator);
    const name = ort.koffi.decode.string(text);
    ort.call('AllocatorFree', ort.allocator, text);
    return name;
  });
}

/** What a run has left in its bound outputs, in the order in which they were bound. */
function boundValues(ort: OrtLibrary, binding: Pointer): Handle[] {
  const list: [Pointer | null] = [null];
  const count = Number(ort.make<number>('GetBoundOutputValues', binding, ort.allocator, list));
  if (list[0] === null) return [];
  const pointers = Array.from({ length: count }, (_, i) => ort.koffi.decode(list[0], 8 * i, 'void *') as Pointer);
  ort.call('AllocatorFree', ort.allocator, list[0]);
  return pointers.map((pointer) => new Handle(ort, 'ReleaseValue', pointer));
}
