/** Writes the manifest of what our own clients ask, sha256 → document; `--check` only compares and exits 1 when it differs. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { argv, exit } from 'node:process';
import { formatDocument, gql, stringifyDocument } from '@urql/core';
import type { DocumentNode } from 'graphql';
import * as sdk from '../clients/sdk/src/generated/operations.js';

const target = 'schema/trusted-documents.json';
const typescript = Object.values(sdk).map(({ query }) => query);
// What ariadne-codegen has written is Python, and each document in it a literal as it is.
const python = await readFile('clients/python/reelql/generated/client.py', 'utf8');
const documents = [
  ...typescript,
  // The studio's cache wants to know every object's type.
  ...typescript.map((query) => stringifyDocument(formatDocument(gql(query)) as DocumentNode)),
  ...[...python.matchAll(/gql\("{3}([^]*?)"{3}\)/g)].map(([, document = '']) => document),
];
const entries = documents.map((document) => [createHash('sha256').update(document).digest('hex'), document] as const);
const manifest = `${JSON.stringify(Object.fromEntries(entries.sort()), null, 2)}\n`;

if (argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== manifest) {
    console.error(`${target} is not what the clients ask. Run: npm run generate:trusted`);
    exit(1);
  }
  console.log(`${target} has all that the clients ask.`);
} else {
  await writeFile(target, manifest);
  console.log(`Wrote ${target}.`);
}
