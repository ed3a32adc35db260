import { execFileSync } from 'node:child_process';
import { packagePath } from '../../src/package-path.js';

/**
 * Before the tests: brings dist/ up to date, out of which executors and commands are started as they are when they are installed.
 * Where nothing has changed that takes a second.
 */
export function setup(): void {
  const options = { cwd: packagePath('.'), stdio: 'inherit' } as const;
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], options);
}
