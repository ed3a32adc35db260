/**
 * Compares the emitted SDL with the one of the last release and exits 1 where a client of that release would break: a field
 * that is gone, an argument that has become required, a type that has changed. `--release` makes today's SDL the promise.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { argv, exit } from 'node:process';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const current = 'schema/schema.graphql';
const released = 'schema/released.graphql';
const header =
  '# What the last release promised. scripts/check-compatibility.ts compares with it; `--release` writes it.\n';

const sdl = await readFile(current, 'utf8');
if (argv.includes('--release')) {
  await writeFile(released, header + sdl.replace(/^#[^\n]*\n/, ''));
  console.log(`Wrote ${released}.`);
  exit(0);
}
const changes = await diff(buildSchema(await readFile(released, 'utf8')), buildSchema(sdl));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
for (const { message, criticality } of breaking) console.error(`${message}. ${criticality.reason ?? ''}`);
if (breaking.length > 0) {
  console.error(`${current} breaks clients of ${released} in ${breaking.length} places.`);
  exit(1);
}
console.log(`${current} breaks no client of ${released} (${changes.length} changes).`);
