import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../../support/random.js';
import { readOutcomes, type Verdict } from './outcomes.js';
import { requests } from './requests.js';
import { ServerUnderFire } from './server-under-fire.js';

/** What every part of the campaign works with. */
export interface Campaign {
  /** An empty folder of its own for each part. */
  readonly folder: string;
  readonly random: Random;
  /** The right video's hash, by seed. */
  readonly undisturbed: ReadonlyMap<number, string>;
  readonly say: (line: string) => void;
}

/** A part's result: what was done to the server, and what became of the generations. */
export interface Part {
  readonly name: string;
  readonly done: string;
  readonly verdict: Verdict;
}

/** Each request by itself, on a server that nobody disturbs. */
export async function undisturbedVideos(folder: string): Promise<Map<number, string>> {
  const server = await serverIn(folder, 'undisturbed');
  for (const request of requests) {
    await server.create(request);
    await server.idle();
  }
  await server.stop();
  const outcomes = await readOutcomes(join(folder, 'undisturbed'));
  return new Map(outcomes.map(({ seed, video }) => [seed, video ?? 'none']));
}

export async function serverIn(folder: string, name: string): Promise<ServerUnderFire> {
  const dataDir = join(folder, name);
  await mkdir(dataDir, { recursive: true });
  return ServerUnderFire.start(dataDir);
}

/** Keeps so many generations unfinished, so that there is always one to hit. */
export async function topUp(server: ServerUnderFire, count: number, random: Random): Promise<void> {
  for (let missing = count - (await server.unfinished()); missing > 0; missing--) {
    await server.create(requests[Math.floor(random() * requests.length)] as (typeof requests)[number]);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
