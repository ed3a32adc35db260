import { fileURLToPath } from 'node:url';

/** How to start an executor: a module for `fork`, and what node needs in order to run it. */
export interface ExecutorEntry {
  readonly module: string;
  readonly execArgv: readonly string[];
  /** Command line of the module; none if left out. */
  readonly args?: readonly string[];
}

/**
 * The executor beside this file: compiled if this file is, else (under vitest) as it lies in the sources, with a loader
 * that takes the types out.
 */
export function executorEntry(): ExecutorEntry {
  if (import.meta.url.endsWith('.js')) return { module: besides('./executor.js'), execArgv: [] };
  return sourceEntry(new URL('./executor.ts', import.meta.url));
}

/** An entry written in TypeScript, run from the sources of this project. */
export function sourceEntry(module: URL): ExecutorEntry {
  const loader = new URL('../../test/support/typescript-loader.mjs', import.meta.url);
  return { module: fileURLToPath(module), execArgv: ['--import', loader.href] };
}

function besides(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
