import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/**
 * `node_modules` of a folder as after `npm install @reelql/sdk ws`: the SDK as it is published, built by its own configuration, and
 * what it depends on.
 */
export async function installSdk(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules/@reelql/sdk');
  await mkdir(installed, { recursive: true });
  await copyFile('clients/sdk/package.json', join(installed, 'package.json'));
  await run('npx', ['tsc', '-p', 'clients/sdk/tsconfig.json', '--outDir', join(installed, 'dist')]);
  for (const name of ['graphql', 'graphql-ws', 'ws', '@types/node', '@types/ws', 'undici-types']) {
    const path = join(folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(resolve('node_modules', name), path);
  }
}

export const userTsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  },
  include: ['*.ts'],
};
