import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Artifact, Generation, GenerationHandle, Preview, ReelQL } from '../sdk/src/index.js';
import type { ProgressView } from './progress/view.js';

export interface FollowOptions {
  readonly view: ProgressView;
  /** Saves the preview of every step into this folder. */
  readonly previewsFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Followed {
  readonly generation: Generation;
  /** Paths of the previews saved. */
  readonly previews: readonly string[];
}

/**
 * Shows a generation to its end.
 * @throws GenerationFailedError, GenerationCanceledError, ConnectionError, the signal's reason
 */
export async function followGeneration(handle: GenerationHandle, options: FollowOptions): Promise<Followed> {
  const { view, previewsFolder, signal } = options;
  const previews: string[] = [];
  try {
    for await (const event of handle.events({ signal })) {
      view.event(event);
      const preview = event.__typename === 'GenerationProgressed' ? event.progress.preview : null;
      if (preview && previewsFolder) previews.push(await savePreview(preview, previewsFolder));
    }
  } finally {
    view.stop();
  }
  return { generation: await handle.result({ signal }), previews };
}

async function savePreview(preview: Preview, folder: string): Promise<string> {
  const path = join(folder, `step-${String(preview.step).padStart(3, '0')}.webp`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, Buffer.from(preview.data, 'base64'));
  return path;
}

/**
 * The files of a generation beside each other: the first at `path`, which gets its ending if it has none, the others with endings of
 * their own. Returns their paths.
 */
export async function saveFiles(client: ReelQL, { artifacts }: Generation, path: string): Promise<string[]> {
  const stem = path.slice(0, path.length - extname(path).length);
  const paths: string[] = [];
  for (const artifact of artifacts.filter(({ kind }) => kind !== 'POSTER')) {
    const ending = paths.length === 0 && extname(path) ? extname(path) : endingOf(artifact);
    const target = freshPath(stem, ending, paths);
    await mkdir(dirname(target), { recursive: true });
    const { body } = await client.download(artifact);
    if (body) await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(target));
    paths.push(target);
  }
  return paths;
}

/** The address ends like the file, whatever signature follows it. */
function endingOf({ url }: Artifact): string {
  return extname(new URL(url).pathname);
}

/** Two files may be of one format: the second gets a number. */
function freshPath(stem: string, ending: string, taken: readonly string[]): string {
  let path = `${stem}${ending}`;
  for (let count = 2; taken.includes(path); count++) path = `${stem}-${count}${ending}`;
  return path;
}
