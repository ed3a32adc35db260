import { join } from 'node:path';
import { openBundle } from '../../../inference/bundle/open-bundle.js';
import { FileArtifactStore } from '../../../src/artifacts/artifact-store.js';
import { cpuDevice } from '../../../src/execution/devices.js';
import type { Policy } from '../../../src/scheduler/policy.js';
import type { InstalledModel } from '../../../src/scheduler/work.js';
import { MemoryRecorder } from '../../support/memory-recorder.js';
import { importMicroModel } from '../../support/micro-bundle.js';
import { plainScheduler } from '../../support/plain-scheduler.js';
import { type Arrival, type Class, classNames, jobOf } from './load.js';

export interface Played {
  /** Seconds from asking to the finished file, by class. */
  readonly latencies: ReadonlyMap<Class, readonly number[]>;
  /** From the first arrival to the last end. */
  readonly makespan: number;
  readonly averageBatchRows: number;
}

export async function installModels(folder: string): Promise<ReadonlyMap<string, InstalledModel>> {
  const toy = await openBundle('inference/models/toy');
  return new Map([
    ['toy', { directory: toy.directory, manifest: toy.manifest }],
    ['wan-micro', await importMicroModel(folder)],
  ]);
}

/** One load through the real scheduler, executors and encoder, from a start with both models warm. */
export async function play(
  policy: Policy,
  { arrivals, unitSeconds }: { readonly arrivals: readonly Arrival[]; readonly unitSeconds: number },
  folder: string,
  models: ReadonlyMap<string, InstalledModel>,
): Promise<Played> {
  const recorder = new MemoryRecorder();
  const scheduler = plainScheduler({
    policy,
    devices: [cpuDevice()],
    catalog: (name) => models.get(name),
    workDirectory: join(folder, 'work'),
    recorder,
    artifacts: await FileArtifactStore.open(join(folder, 'artifacts')),
  });
  try {
    for (const name of classNames) await generate(`warm-${name}`, { class: name, client: 'anyone', seed: 1 });
    const begun = performance.now();
    const latencies = new Map<Class, number[]>(classNames.map((name) => [name, []]));
    const rows: number[] = [];
    await Promise.all(
      arrivals.map(async (arrival, i) => {
        await new Promise((resolve) => setTimeout(resolve, 1000 * unitSeconds * arrival.at));
        const asked = performance.now();
        rows.push(await generate(`job-${i}`, arrival));
        latencies.get(arrival.class)?.push((performance.now() - asked) / 1000);
      }),
    );
    const makespan = (performance.now() - begun) / 1000;
    return { latencies, makespan, averageBatchRows: rows.reduce((a, b) => a + b, 0) / rows.length };
  } finally {
    await scheduler.stop();
  }

  /** Rows that its steps shared on average. */
  async function generate(id: string, arrival: Pick<Arrival, 'class' | 'client' | 'seed'>): Promise<number> {
    scheduler.submit(jobOf(arrival, id));
    const end = await recorder.end(id);
    if (end.type !== 'succeeded') throw new Error(`${id} ${end.type}: ${JSON.stringify(end)}`);
    return end.usage.averageBatchRows;
  }
}
