/**
 * Whether SOLO gives the same frames again: by the same executors, by others, beside other generations, and when the executors
 * are killed with SIGKILL on the way.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childProcesses } from '../../../support/child-processes.js';
import type { Report } from '../../../support/memory-recorder.js';
import { findDevices, Machine, openModel } from './machine.js';
import { compareVideos } from './raw-video.js';
import { report, sectionOptions } from './report.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
const devices = await findDevices(ids);
const model = await openModel(bundle);
const size = { width: 256, height: 160, frameCount: 33 };
const settings = { ...size, steps: Number(rest[0] ?? 20), guidanceScale: 5 };
const start = (): Promise<Machine> => Machine.start({ devices, model, folder });

interface Result {
  readonly video: string;
  /** Hash of the finished latents. */
  readonly latents: string;
  readonly resumes: number;
}

async function make(machine: Machine, id: string): Promise<Result> {
  const end = await machine.run(id, settings);
  const latents = join(folder, 'work', 'latents', `${id}.safetensors`);
  return {
    video: machine.artifacts.path(end.artifacts[0]?.sha256 as string),
    // Written when the run has ended, a moment after its last report.
    latents: createHash('sha256')
      .update(await eventually(() => readFile(latents)))
      .digest('hex'),
    resumes: end.usage.resumes,
  };
}

async function eventually<T>(get: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await get();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function compare(what: string, first: Result, other: Result): Promise<void> {
  const { differing, most } = await compareVideos(first.video, other.video);
  const same = differing === 0 && first.latents === other.latents;
  const latents = first.latents === other.latents ? 'the same' : 'other';
  const value = `${latents} latents, ${differing} bytes of the frames differ, by ${most} at most; resumed ${other.resumes} times`;
  report({ what, value, met: same });
}

/** Kills all executors, or one, when a generation reports this for the first time. */
function killAt(machine: Machine, id: string, is: (report: Report) => boolean, word: 'all' | 'one'): Promise<void> {
  return machine.seen(id, is).then(() => {
    const pids = childProcesses('executor');
    for (const pid of word === 'all' ? pids : pids.slice(0, 1)) process.kill(pid, 'SIGKILL');
  });
}

const atStep = (step: number) => (report: Report) => report.type === 'progressed' && report.progress.step === step;
const decoding = (report: Report) => report.type === 'progressed' && report.progress.phase === 'DECODING';

let machine = await start();
try {
  const first = await make(machine, 'first');
  await compare('again, by the same executors', first, await make(machine, 'again'));
  await machine.stop();
  machine = await start();
  await compare('by other executors', first, await make(machine, 'others'));

  const company = [1, 2, 3].map((seed) =>
    machine.run(`company-${seed}`, { ...settings, seed, steps: 30 }, { batching: 'AUTO' }),
  );
  await compare('beside three others', first, await make(machine, 'beside'));
  await Promise.all(company);

  const [early, late] = [0.3, 0.8].map((part) => Math.round(part * settings.steps)) as [number, number];
  const killed = [
    killAt(machine, 'killed', atStep(early), 'all'),
    killAt(machine, 'killed', atStep(late), 'one'),
    killAt(machine, 'killed', decoding, 'all'),
  ];
  const result = await make(machine, 'killed');
  await Promise.all(killed);
  await compare(`kill -9 at step ${early}, at step ${late} and while decoding`, first, result);
} finally {
  await machine.stop();
}
