/** Writes schema/schema.graphql from the code, sorted; `--check` only compares and exits 1 when they differ. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { argv, exit } from 'node:process';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/api/schema.js';

const target = 'schema/schema.graphql';
const sdl = `# Emitted by scripts/emit-schema.ts. Do not edit.\n${printSchema(lexicographicSortSchema(createSchema()))}\n`;

if (argv.includes('--check')) {
  const found = await readFile(target, 'utf8').catch(() => '');
  if (found !== sdl) {
    console.error(`${target} is not what the code says. Run: node dist/scripts/emit-schema.js`);
    exit(1);
  }
  console.log(`${target} follows the code.`);
} else {
  await mkdir('schema', { recursive: true });
  await writeFile(target, sdl);
  console.log(`Wrote ${target}.`);
}
