/**
 * `node --import <this file> entry.ts`: runs the sources as they are, for child processes started by tests. vitest compiles
 * only what it imports itself. Types are taken out file by file (as `isolatedModules` guarantees), `.js` suffixes of
 * imports find their `.ts` files, and `import.meta.url` stays the source's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformSync } from 'rolldown/utils';

// Node loads the hooks in a thread of their own: there this module is only its exports.
if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const source = new URL(`${specifier.slice(0, -3)}.ts`, context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), { target: 'es2022', sourcemap: false });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? 'cannot be compiled'}`);
  return { format: 'module', source: code, shortCircuit: true };
}
