import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainEnvironment } from '../support/plain-environment.js';

const run = promisify(execFile);
const script = resolve('dist/scripts/check-compatibility.js');
const released = 'type Query { old(id: ID): String, kept: [Color!]! } enum Color { RED BLUE }';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-schema-'));
  await mkdir(join(folder, 'schema'));
  await writeFile(join(folder, 'schema', 'released.graphql'), released);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function check(sdl: string, ...options: string[]) {
  await writeFile(join(folder, 'schema', 'schema.graphql'), sdl);
  return run(process.execPath, [script, ...options], { cwd: folder, env: plainEnvironment() }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }) => ({ code, output: String(stderr) }),
  );
}

describe('the contract of the last release', () => {
  it('may grow', async () => {
    const sdl =
      'type Query { old(id: ID, more: Int): String, new: Int, kept: [Color!]! } enum Color { RED BLUE GREEN }';
    expect((await check(sdl)).code).toBe(0);
  });

  it('is broken by what is gone, has become required, or may be null now; all of it is said', async () => {
    const sdl = 'type Query { kept(more: Int!): [Color!] } enum Color { RED }';
    const { code, output } = await check(sdl);
    expect(code).toBe(1);
    for (const named of ["'old'", "'more: Int!'", "'Query.kept'", "'BLUE'"]) expect(output).toContain(named);
    expect(output).toContain('in 4 places');
  });

  it('is replaced at a release', async () => {
    const next = '# Emitted.\ntype Query { next: Int }\n';
    expect((await check(next, '--release')).code).toBe(0);
    expect(await readFile(join(folder, 'schema', 'released.graphql'), 'utf8')).toContain('type Query { next: Int }');
    expect((await check(next)).code).toBe(0);
  });
});
