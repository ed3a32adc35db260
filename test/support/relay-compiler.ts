import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainEnvironment } from './plain-environment.js';

/** Path of the program; the package has no types. */
const compiler: string = createRequire(import.meta.url)('relay-compiler');
const schema = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url));

export interface Compiled {
  readonly ok: boolean;
  readonly output: string;
}

/** Compiles documents against the committed schema with Relay's own compiler. */
export async function compileRelay(documents: readonly string[]): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'reelql-relay-'));
  try {
    await mkdir(join(folder, 'src'));
    await cp(schema, join(folder, 'schema.graphql'));
    await writeFile(join(folder, 'src', 'App.ts'), documents.map((text) => `graphql\`${text}\`;\n`).join('\n'));
    const options = { src: './src', schema: './schema.graphql', language: 'typescript', eagerEsModules: true };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(options));
    return await new Promise((resolve) => {
      execFile(compiler, ['relay.config.json'], { cwd: folder, env: plainEnvironment() }, (error, stdout, stderr) =>
        resolve({ ok: error === null, output: stdout + stderr }),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
