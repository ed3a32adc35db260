import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from './client.js';
import {
  type ArtifactData,
  type CreateGenerationData,
  cancelGeneration,
  createGeneration,
  type EventData,
  type GenerationEventsData,
  generationEvents,
  type PreviewData,
  type Settings,
} from './operations.js';
import type { ProgressView } from './progress.js';

/** Why there is no video, with the exit code of the process. */
export class GenerationError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

export interface RunOptions {
  /** Fields of CreateGenerationInput. */
  readonly input: Record<string, unknown>;
  /** Where the MP4 goes; `<id>.mp4` in the working directory if left out. */
  readonly out?: string;
  /** Saves the preview of every step into this folder. */
  readonly previewsFolder?: string;
  readonly view: ProgressView;
  /** Aborting cancels the generation on the server. */
  readonly signal: AbortSignal;
  readonly onCreated?: (created: NonNullable<CreateGenerationData['createGeneration']['generation']>) => void;
  readonly onNotice?: (notice: string) => void;
}

export interface RunResult {
  readonly id: string;
  readonly settings: Settings;
  readonly video: string;
  readonly previews: readonly string[];
}

/** Creates one generation, follows it to its end and saves what it made. */
export async function runGeneration(client: Client, options: RunOptions): Promise<RunResult> {
  const generation = await create(client, options);
  const cancel = () => void client.request(cancelGeneration, { id: generation.id }).catch(() => {});
  options.signal.addEventListener('abort', cancel, { once: true });
  const previews: string[] = [];
  try {
    for await (const event of follow(client, generation.id)) {
      options.view.event(event);
      const preview = event.__typename === 'GenerationProgressed' ? event.progress.preview : null;
      if (preview && options.previewsFolder) previews.push(await savePreview(preview, options.previewsFolder));
      if (event.__typename === 'GenerationFailed') {
        throw new GenerationError(`${event.failure.message} (${event.failure.code})`, 4);
      }
      if (event.__typename === 'GenerationCanceled') throw new GenerationError('Canceled.', 130);
      if (event.__typename === 'GenerationSucceeded') {
        const video = await saveVideo(client, event.artifacts, options.out ?? `${generation.id}.mp4`);
        return { id: generation.id, settings: generation.settings, video, previews };
      }
    }
  } finally {
    options.signal.removeEventListener('abort', cancel);
    options.view.stop();
  }
  throw new GenerationError('The server ended the events before the generation ended.', 5);
}

async function create(client: Client, options: RunOptions) {
  const { createGeneration: result } = await client.request<CreateGenerationData>(createGeneration, {
    input: options.input,
  });
  if (!result.generation) {
    const issues = (result.issues ?? []).map((issue) => `\n  ${issue.path.join('.')}: ${issue.message}`);
    throw new GenerationError(`${result.message ?? result.__typename}${issues.join('')}`, 2);
  }
  options.onCreated?.(result.generation);
  for (const { field, from, to, reason } of result.generation.adjustments) {
    options.onNotice?.(`${field}: ${from} → ${to} (${reason})`);
  }
  for (const warning of result.warnings ?? []) options.onNotice?.(`${warning.field}: ${warning.message}`);
  return result.generation;
}

/** The events of a generation after a sequence, resumed where a connection is lost, to its end. */
export async function* follow(client: Client, id: string, after = 0): AsyncGenerator<EventData, void, void> {
  const resume = (data: GenerationEventsData, variables: Record<string, unknown>) => {
    variables.after = data.generationEvents.sequence;
  };
  const events = client.subscribe<GenerationEventsData>(generationEvents, { id, after }, resume);
  for await (const { generationEvents: event } of events) yield event;
}

async function savePreview(preview: PreviewData, folder: string): Promise<string> {
  const path = join(folder, `step-${String(preview.step).padStart(3, '0')}.webp`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, Buffer.from(preview.data, 'base64'));
  return path;
}

async function saveVideo(client: Client, artifacts: readonly ArtifactData[], path: string): Promise<string> {
  const video = artifacts.find((artifact) => artifact.kind === 'VIDEO');
  if (!video) throw new GenerationError('The generation succeeded but the server names no video.', 5);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await client.download(video.url));
  return path;
}
