import type { Job } from '../../../src/scheduler/ports.js';
import { plainJob } from '../../support/plain-scheduler.js';
import { pick, type Random, untilNext } from '../../support/random.js';

/** Something asked for at a moment of the load. */
export interface Arrival {
  /** After the beginning, in times that a short one takes alone: on a slow machine the load comes more slowly. */
  readonly at: number;
  readonly class: Class;
  readonly client: string;
  readonly seed: number;
}

export type Class = keyof typeof classes;

const base = { fps: 8, guidanceScale: 5, guidanceRescale: 0, sampler: 'UNIPC', shift: 5 } as const;

/** On two idle cores about 1, 4.5 and 0.2 seconds, alone. */
const classes = {
  short: { model: 'toy', settings: { ...base, width: 256, height: 160, frameCount: 17, steps: 8 } },
  long: { model: 'toy', settings: { ...base, width: 256, height: 160, frameCount: 33, steps: 30 } },
  micro: { model: 'wan-micro', settings: { ...base, width: 64, height: 64, frameCount: 9, steps: 10 } },
} as const;
export const classNames = Object.keys(classes) as Class[];

/** A studio's long videos, and two people who try things meanwhile: more than the machine can do at once until all have come. */
export function mixedLoad(random: Random): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let at = 0; at < 18; at += 3) arrivals.push({ at, class: 'long', client: 'studio', seed: arrivals.length });
  for (let at = 1; arrivals.length < 30; at += untilNext(random, 0.8)) {
    const client = ['ann', 'ben'][pick(random, 2)] as string;
    arrivals.push({ at, class: random() < 0.75 ? 'short' : 'micro', client, seed: arrivals.length });
  }
  return arrivals.sort((a, b) => a.at - b.at);
}

export function jobOf({ class: name, client, seed }: Pick<Arrival, 'class' | 'client' | 'seed'>, id: string): Job {
  const { model, settings } = classes[name];
  return plainJob({
    generationId: id,
    client,
    model,
    prompt: 'A red sports car speeding through a desert highway at sunset',
    settings: { ...settings, seed },
    batching: 'AUTO',
  });
}
