import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { withAdapter } from './adapter.js';
import type { Bundle } from './bundle.js';
import { hashFile } from './hash-file.js';
import { type ComponentName, componentNames, type Manifest, manifestSchema, weightFiles } from './manifest.js';
import { ModelError, systemError } from './model-error.js';
import { openFiles, readJson } from './open-weights.js';
import type { WeightSource } from './weights.js';

export const manifestName = 'bundle.json';

interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Opens a bundle: reads bundle.json, checks it, and that each file it names exists with the size it gives. Reads no weights.
 * @throws ModelError naming the file or the manifest's field, what was expected and what was found.
 */
export async function openBundle(directory: string): Promise<Bundle> {
  const root = resolve(directory);
  const path = join(root, manifestName);
  const parsed = manifestSchema.safeParse(await readJson(path));
  if (!parsed.success) throw new ModelError('BROKEN', describeIssues(path, parsed.error));
  const manifest = parsed.data;
  for (const file of listFiles(root, manifest)) await checkSize(file);
  const opened = new Map<ComponentName, Promise<WeightSource>>();
  return {
    directory: root,
    manifest,
    tokenizerFile: resolve(root, manifest.tokenizer.name),
    weights(component) {
      const known = opened.get(component);
      if (known) return known;
      const source = openComponent(root, manifest, component);
      opened.set(component, source);
      return source;
    },
  };
}

/** Folders of bundles below `directory`, sorted; empty if it does not exist. Folders without a bundle.json are skipped. */
export async function findBundles(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw systemError(error, 'read', directory);
  }
  const found: string[] = [];
  // A name with a leading dot is an import under way or interrupted.
  for (const name of names.filter((n) => !n.startsWith('.')).sort()) {
    const isBundle = await stat(join(directory, name, manifestName)).then(
      (s) => s.isFile(),
      () => false,
    );
    if (isBundle) found.push(join(directory, name));
  }
  return found;
}

export interface HashProgress {
  readonly file: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/**
 * Reads every file of a bundle and compares it with its hash in the manifest.
 * @throws ModelError naming the first file that differs.
 */
export async function verifyHashes(
  bundle: Bundle,
  onProgress: (progress: HashProgress) => void = () => undefined,
): Promise<void> {
  const files = listFiles(bundle.directory, bundle.manifest);
  const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
  let bytesDone = 0;
  for (const file of files) {
    const found = await hashFile(file.path, (bytes) => {
      bytesDone += bytes;
      onProgress({ file: file.path, bytesDone, bytesTotal });
    });
    if (found !== file.sha256) {
      throw new ModelError('BROKEN', `${file.path} has changed: expected SHA-256 ${file.sha256}, found ${found}`);
    }
  }
}

/** "path: field: what is wrong" of a zod error, one issue after another. */
export function describeIssues(path: string, error: z.ZodError): string {
  return `${path}: ${error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`).join('; ')}`;
}

function listFiles(root: string, manifest: Manifest): ListedFile[] {
  const files = componentNames.flatMap((component) => weightFiles(manifest, component));
  return [...files, manifest.tokenizer].map((file) => ({ ...file, path: resolve(root, file.name) }));
}

async function checkSize({ path, bytes }: ListedFile): Promise<void> {
  let found: number;
  try {
    found = (await stat(path)).size;
  } catch (error) {
    throw systemError(error, 'read', path);
  }
  if (found !== bytes) {
    throw new ModelError(
      'BROKEN',
      `${path} has changed since the import: expected ${bytes} bytes, found ${found}; import the model again`,
    );
  }
}

async function openComponent(root: string, manifest: Manifest, component: ComponentName): Promise<WeightSource> {
  const { folder, files } = manifest[component].weights;
  const paths = await Promise.all(files.map((file) => realpath(resolve(root, folder, file.name))));
  const { source } = await openFiles(paths);
  const { adapter } = manifest.denoiser;
  return component === 'denoiser' && adapter
    ? withAdapter(source, await realpath(resolve(root, adapter.name)))
    : source;
}
