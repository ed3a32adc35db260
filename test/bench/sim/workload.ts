import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { UnitStage } from '../../../src/scheduler/policy.js';
import type { SimulatedJob, SimulatedMachine } from '../../support/policy-simulation.js';

const seconds = z.number().nonnegative();
const count = z.number().int().positive();
const stages = ['encode-text', 'encode-image', 'step', 'decode'] as const satisfies readonly UnitStage[];

/** What generations of one kind are alike in. Seconds are those of one alone on its lane. */
const classSchema = z.strictObject({
  about: z.string(),
  model: z.string(),
  steps: count,
  /** 2 where guided. */
  rows: count,
  textSeconds: seconds,
  /** Of a step of one row. */
  stepSeconds: seconds,
  /** What every further row in a batch adds to that, as a part of it: 1 where batching gains nothing. */
  perRow: z.number().positive(),
  decodeSeconds: seconds,
});

/** A workload file: a machine, kinds of generations, and when which of them is asked for by whom. */
const workloadSchema = z.strictObject({
  name: z.string(),
  about: z.string(),
  machine: z.strictObject({
    lanes: z.array(z.strictObject({ id: z.string(), device: z.string(), stages: z.array(z.enum(stages)) })).min(1),
    loadSeconds: seconds,
  }),
  classes: z.record(z.string(), classSchema),
  jobs: z
    .array(
      z.strictObject({
        /** Seconds after the beginning. */
        at: seconds,
        class: z.string(),
        client: z.string(),
        priority: z.number().int().default(0),
        batching: z.enum(['AUTO', 'SOLO']).default('AUTO'),
      }),
    )
    .min(1),
});

export type Workload = z.output<typeof workloadSchema>;
export type WorkloadFile = z.input<typeof workloadSchema>;

/** @throws Error naming what is wrong with the file. */
export async function readWorkload(path: string): Promise<Workload> {
  const workload = workloadSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  for (const job of workload.jobs) {
    if (!workload.classes[job.class]) throw new Error(`${path}: there is no class "${job.class}"`);
  }
  return workload;
}

/** A generation with what the report and the picture want to know of it. */
export interface WorkloadJob extends SimulatedJob {
  readonly class: string;
  /** From arrival to end on an idle machine that has the model loaded. */
  readonly aloneSeconds: number;
}

export function jobsOf({ classes, jobs }: Workload): WorkloadJob[] {
  return jobs.map(({ at, client, priority, batching, class: name }, i) => {
    const { about: _, ...kind } = classes[name] as Workload['classes'][string];
    const step = kind.stepSeconds * (1 + kind.perRow * (kind.rows - 1));
    return {
      ...kind,
      id: `${name}-${String(i + 1).padStart(3, '0')}`,
      class: name,
      shape: name,
      client,
      priority,
      batching,
      arrival: at,
      aloneSeconds: kind.textSeconds + kind.steps * step + kind.decodeSeconds,
    };
  });
}

export function machineOf({ machine }: Workload): SimulatedMachine {
  return { ...machine, perRow: 1 };
}
