import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plan } from '../../src/scheduler/policy.js';
import { latencies, percentile, performanceOf } from '../bench/sim/report.js';
import { timeline } from '../bench/sim/timeline.js';
import { jobsOf, machineOf, readWorkload, type Workload } from '../bench/sim/workload.js';
import { firstComeFirstServed, priorityOnly } from '../support/baseline-policies.js';
import { simulate } from '../support/policy-simulation.js';

const folder = join('test', 'bench', 'sim', 'workloads');
const files = readdirSync(folder);

function replay(workload: Workload) {
  const jobs = jobsOf(workload);
  const run = (policy: typeof firstComeFirstServed) => {
    const simulation = simulate(policy, machineOf(workload), jobs);
    return { simulation, ...performanceOf(jobs, simulation) };
  };
  return { jobs, ours: run((snapshot) => plan(snapshot)), baseline: run(firstComeFirstServed), run };
}

describe.each(files)('%s', (file) => {
  test('every generation ends, no less is done in the same time, and the shortest come out sooner', async () => {
    const workload = await readWorkload(join(folder, file));
    const { jobs, ours, baseline } = replay(workload);
    expect(ours.finished).toBe(jobs.length);
    expect(ours.throughput).toBeGreaterThan(0.97 * baseline.throughput);
    const [shortest] = [...jobs].sort((a, b) => a.aloneSeconds - b.aloneSeconds);
    const p95 = ({ classes }: typeof ours): number => classes.get(shortest?.class ?? '')?.p95 ?? Number.NaN;
    expect(p95(baseline) / p95(ours)).toBeGreaterThan(2);
  });
});

test('small videos are batched, and more of them are done than one after the other', async () => {
  const { ours, baseline } = replay(await readWorkload(join(folder, 'drafts.json')));
  expect(ours.simulation.grants.some(({ asks }) => asks.length > 2)).toBe(true);
  expect(ours.makespan).toBeLessThan(0.9 * baseline.makespan);
});

test('the baselines are what they say', async () => {
  const { baseline, run } = replay(await readWorkload(join(folder, 'urgent.json')));
  const starts = baseline.simulation.grants.map(({ asks }) => asks[0]?.generationId);
  // Run to completion: whoever has begun is not interrupted.
  const runs = starts.filter((id, i) => id !== starts[i - 1]);
  expect(runs.length).toBe(new Set(runs).size);
  const priority = run(priorityOnly);
  expect(priority.classes.get('standard')?.p95).toBeLessThan(0.1 * (baseline.classes.get('standard')?.p95 ?? 0));
});

test('a workload with a class that is nowhere is refused', async () => {
  await expect(readWorkload(join(folder, 'nowhere.json'))).rejects.toThrow('nowhere.json');
});

test('percentiles are values that occurred', () => {
  expect(latencies([4, 1, 3, 2])).toEqual({ count: 4, p50: 2, p95: 4, p99: 4 });
  expect(percentile([7], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the picture has a line for every generation in every panel', async () => {
  const { jobs, ours, baseline } = replay(await readWorkload(join(folder, 'picture.json')));
  const panel = { title: 'A <title>', note: '', simulation: ours.simulation };
  const svg = timeline(jobs, [panel, { ...panel, simulation: baseline.simulation }]);
  expect(svg.match(/<circle /g)).toHaveLength(2 * jobs.length);
  expect(svg).toContain('A &lt;title>');
});
