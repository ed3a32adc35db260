/**
 * Writes the workload files. Everything random comes from the seed, so the files can be made again; they are committed all the
 * same, because a workload to compare with must not change when this program does.
 *
 *     node dist/test/bench/sim/generate.js [SEED]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pick, type Random, seededRandom, untilNext } from '../../support/random.js';
import type { WorkloadFile } from './workload.js';

type Jobs = WorkloadFile['jobs'];

/**
 * Wan2.2-TI2V-5B on one H100, as measured (notes and test/bench/RESULTS.md): a guided step at 480p takes 143 ms and gains nothing
 * from batching; rows of 400 tokens take 17 ms and 0.43 of that for each further one. Text on a lane of its own.
 */
const h100: WorkloadFile['machine'] = {
  lanes: [
    { id: 'gpu-0 denoiser', device: 'gpu-0', stages: ['step'] },
    { id: 'gpu-0 codec', device: 'gpu-0', stages: ['encode-text', 'encode-image', 'decode'] },
  ],
  loadSeconds: 2,
};
const wan = { model: 'wan', rows: 2, textSeconds: 0.05 };
const h100Classes: WorkloadFile['classes'] = {
  draft: {
    ...wan,
    about: '320×256, 17 frames, 25 steps',
    steps: 25,
    stepSeconds: 0.017,
    perRow: 0.43,
    decodeSeconds: 0.2,
  },
  standard: {
    ...wan,
    about: '832×480, 29 frames, 25 steps',
    steps: 25,
    stepSeconds: 0.072,
    perRow: 1,
    decodeSeconds: 0.6,
  },
  film: { ...wan, about: '1280×704, 121 frames, 50 steps', steps: 50, stepSeconds: 1.2, perRow: 1, decodeSeconds: 8 },
};

/** People who try prompts, people who make clips, and now and then a film, all at once: the device is busy nine tenths of the time. */
function mixed(random: Random): WorkloadFile {
  const jobs: Jobs = [];
  let at = 0;
  while (jobs.length < 160) {
    at += untilNext(random, 0.17);
    const small = random() < 0.6 ? 'draft' : 'standard';
    const name = jobs.length % 40 === 20 ? 'film' : small;
    jobs.push({ at: round(at), class: name, client: `client-${pick(random, 5)}` });
  }
  return { name: 'mixed', about: 'Drafts, clips and films of five clients', machine: h100, classes: h100Classes, jobs };
}

/** One client hands in a night's work; another goes on trying prompts. */
function flood(random: Random): WorkloadFile {
  const jobs: Jobs = Array.from({ length: 40 }, (_, i) => ({ at: round(i / 100), class: 'standard', client: 'farm' }));
  for (let at = 5; at < 160; at += untilNext(random, 0.12)) {
    jobs.push({ at: round(at), class: 'draft', client: 'person' });
  }
  return {
    name: 'flood',
    about: 'Forty clips of one client at once, and another who tries prompts meanwhile',
    machine: h100,
    classes: h100Classes,
    jobs: inOrder(jobs),
  };
}

/** Everybody tries prompts, at small sizes: where batches are worth something. */
function drafts(random: Random): WorkloadFile {
  const jobs: Jobs = [];
  for (let at = 0; jobs.length < 120; at += untilNext(random, 1.4)) {
    jobs.push({ at: round(at), class: 'draft', client: `client-${pick(random, 8)}` });
  }
  return {
    name: 'drafts',
    about: 'Small videos only, more of them than one after the other can be made',
    machine: h100,
    classes: h100Classes,
    jobs,
  };
}

/** Urgent clips between films: what priorities are for. */
function urgent(random: Random): WorkloadFile {
  const jobs: Jobs = [0, 10, 20].map((at) => ({ at, class: 'film', client: 'studio' }));
  for (let at = 15; at < 400; at += untilNext(random, 0.05)) {
    jobs.push({ at: round(at), class: 'standard', client: 'newsroom', priority: 10 });
  }
  return {
    name: 'urgent',
    about: 'Three films, and clips of priority 10 in between',
    machine: h100,
    classes: h100Classes,
    jobs: inOrder(jobs),
  };
}

/** Few enough to be looked at: the picture in docs/scheduler.md. */
function picture(random: Random): WorkloadFile {
  const jobs: Jobs = [
    { at: 0, class: 'long', client: 'ada' },
    { at: 2, class: 'long', client: 'ada' },
  ];
  for (let at = 3; jobs.length < 14; at += untilNext(random, 0.35)) {
    jobs.push({ at: round(at), class: 'short', client: ['ben', 'cleo', 'ada'][pick(random, 3)] as string });
  }
  const model = { model: 'toy', rows: 2, textSeconds: 0.02 };
  return {
    name: 'picture',
    about: 'Two long generations and twelve short ones on one CPU',
    machine: {
      lanes: [{ id: 'cpu', device: 'cpu', stages: ['encode-text', 'encode-image', 'step', 'decode'] }],
      loadSeconds: 1,
    },
    classes: {
      short: {
        ...model,
        about: '128×96, 17 frames, 10 steps',
        steps: 10,
        stepSeconds: 0.04,
        perRow: 0.8,
        decodeSeconds: 0.3,
      },
      long: {
        ...model,
        about: '256×160, 81 frames, 40 steps',
        steps: 40,
        stepSeconds: 0.2,
        perRow: 1,
        decodeSeconds: 2,
      },
    },
    jobs,
  };
}

const round = (seconds: number): number => Math.round(seconds * 100) / 100;
const inOrder = (jobs: Jobs): Jobs => [...jobs].sort((a, b) => a.at - b.at);

const seed = Number(process.argv[2] ?? 1);
const folder = join('test', 'bench', 'sim', 'workloads');
await mkdir(folder, { recursive: true });
for (const workload of [mixed, flood, drafts, urgent, picture].map((make) => make(seededRandom(seed)))) {
  const { jobs, ...rest } = workload;
  // A line a job: small, and a difference can be read.
  const lines = jobs.map((job) => `    ${JSON.stringify(job)}`).join(',\n');
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  await writeFile(join(folder, `${workload.name}.json`), `${head},\n  "jobs": [\n${lines}\n  ]\n}\n`);
}
