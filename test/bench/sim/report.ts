import type { Simulation } from '../../support/policy-simulation.js';
import type { WorkloadJob } from './workload.js';

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** One policy's performance on one workload. */
export interface Performance {
  readonly finished: number;
  /** From the first arrival to the last end. */
  readonly makespan: number;
  /** Seconds of work, each generation's alone, that were done a second: what batches and overlap gain shows here. */
  readonly throughput: number;
  /** From arrival to end, by class. */
  readonly classes: ReadonlyMap<string, Latencies>;
  /** Mean of latency over seconds alone, by client: how many times as long as on an idle machine. */
  readonly slowdowns: ReadonlyMap<string, number>;
}

export function performanceOf(jobs: readonly WorkloadJob[], { ended }: Simulation): Performance {
  const done = jobs.flatMap((job) => {
    const end = ended.get(job.id);
    return end === undefined ? [] : [{ job, end, latency: end - job.arrival }];
  });
  const first = Math.min(...jobs.map(({ arrival }) => arrival));
  const makespan = Math.max(...done.map(({ end }) => end)) - first;
  const work = done.reduce((sum, { job }) => sum + job.aloneSeconds, 0);
  const slowdowns = new Map(
    [...groupBy(done, ({ job }) => job.client)].map(([client, own]) => {
      return [client, mean(own.map(({ job, latency }) => latency / job.aloneSeconds))];
    }),
  );
  return {
    finished: done.length,
    makespan,
    throughput: work / makespan,
    classes: new Map(
      [...groupBy(done, ({ job }) => job.class)].map(([name, own]) => [name, latencies(own.map((one) => one.latency))]),
    ),
    slowdowns,
  };
}

/** Nearest rank: an order statistic, nothing in between. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function latencies(values: readonly number[]): Latencies {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(values, share)) as [number, number, number];
  return { count: values.length, p50, p95, p99 };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
