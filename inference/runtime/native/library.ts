import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ApiName, apiVersion, functions, libraryVersion } from './api.js';
import { loadKoffi } from './koffi.js';

const require = createRequire(import.meta.url);

/** Address of something native. */
export type Pointer = bigint;

type NativeFunction = ((...args: unknown[]) => unknown) & {
  async(...args: [...unknown[], (error: Error | null, result: unknown) => void]): void;
};

const errorsOnly = 3;

/** ONNX Runtime's C API, in the library that onnxruntime-node brings along. */
export class OrtLibrary {
  readonly #functions = new Map<ApiName, NativeFunction>();
  /** What the process shares and nobody releases: the library's state, and the allocator of strings and lists that it returns. */
  readonly env: Pointer;
  readonly allocator: Pointer;

  private constructor(
    readonly koffi: typeof import('koffi'),
    /** koffi closes a library that nothing refers to. */
    readonly handle: object,
    table: Pointer,
  ) {
    for (const [name, [index, signature]] of Object.entries(functions)) {
      const address = koffi.decode(table, 8 * index, 'void *') as Pointer;
      this.#functions.set(name as ApiName, koffi.decode(address, koffi.proto(signature)) as NativeFunction);
    }
    this.env = this.make('CreateEnv', errorsOnly, 'reelql');
    this.allocator = this.make('GetAllocatorWithDefaultOptions');
  }

  /** @throws if it cannot be loaded here, or is another version than the one that we know the table of. */
  static load(expected = libraryVersion): OrtLibrary {
    const koffi = loadKoffi();
    const handle = koffi.load(libraryPath());
    const base = handle.func('void *OrtGetApiBase()')() as Pointer;
    const [getApi, getVersion] = [0, 8].map((offset) => koffi.decode(base, offset, 'void *') as Pointer);
    const version = koffi.call(getVersion, koffi.proto('const char *(void)')) as string;
    if (version !== expected) throw new Error(`ONNX Runtime is ${version}, not ${expected}`);
    const table = koffi.call(getApi, koffi.proto('void *(uint32_t version)'), apiVersion) as Pointer;
    return new OrtLibrary(koffi, handle, table);
  }

  /** Calls a function that gives nothing back. */
  release(name: ApiName, pointer: Pointer): void {
    this.#function(name)(pointer);
  }

  /** @throws Error with ONNX Runtime's message. */
  call(name: ApiName, ...args: unknown[]): void {
    this.#check(this.#function(name)(...args) as Pointer | null);
  }

  /** The same on a thread of koffi's. What `args` point to must stay until then. */
  async callAsync(name: ApiName, ...args: unknown[]): Promise<void> {
    const status = await new Promise<Pointer | null>((resolve, reject) => {
      this.#function(name).async(...args, (error, result) =>
        error ? reject(error) : resolve(result as Pointer | null),
      );
    });
    this.#check(status);
  }

  /** What a function writes to the pointer that is its last parameter. */
  make<T = Pointer>(name: ApiName, ...args: unknown[]): T {
    const result: [T | null] = [null];
    this.call(name, ...args, result);
    return result[0] as T;
  }

  #function(name: ApiName): NativeFunction {
    return this.#functions.get(name) as NativeFunction;
  }

  #check(status: Pointer | null): void {
    if (status === null) return;
    const message = this.#function('GetErrorMessage')(status) as string;
    this.release('ReleaseStatus', status);
    throw new Error(message);
  }
}

let loaded: OrtLibrary | null | undefined;

/** One for the process; null, with a warning, where it cannot be used. */
export function openOrtLibrary(): OrtLibrary | null {
  if (loaded !== undefined) return loaded;
  try {
    loaded = OrtLibrary.load();
  } catch (error) {
    loaded = null;
    process.emitWarning(
      `ONNX Runtime's C API is left alone, onnxruntime-node does its work: ${(error as Error).message}`,
    );
  }
  return loaded;
}

function libraryPath(): string {
  if (process.platform !== 'linux') throw new Error(`not tried on ${process.platform}`);
  const folder = dirname(require.resolve('onnxruntime-node/package.json'));
  return join(folder, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime.so.1');
}
