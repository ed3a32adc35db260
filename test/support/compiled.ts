import type { ExecutorEntry } from '../../src/execution/executor-entry.js';
import { packagePath } from '../../src/package-path.js';

/** A module of this folder as compile.ts has compiled it, for a process of its own. */
export function compiled(name: string, ...args: string[]): ExecutorEntry {
  return { module: packagePath(`dist/test/support/${name}.js`), execArgv: [], args };
}
