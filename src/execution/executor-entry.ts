import { packagePath } from '../package-path.js';

/** How to start an executor: a module for `fork`, and what node needs in order to run it. */
export interface ExecutorEntry {
  readonly module: string;
  readonly execArgv: readonly string[];
  /** Command line of the module; none if left out. */
  readonly args?: readonly string[];
}

/** The compiled executor, also where this runs from the sources: a process of its own starts in a third of the time. */
export function executorEntry(): ExecutorEntry {
  return { module: packagePath('dist/src/execution/executor.js'), execArgv: [] };
}
