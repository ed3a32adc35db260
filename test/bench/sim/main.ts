/**
 * Replays workloads against policies, in no time and always with the same result: the policy is the real one, the machine around
 * it is simulated (test/support/policy-simulation.ts).
 *
 *     npm run sim                                   all committed workloads
 *     npm run sim -- FILE.json [--svg PICTURE.svg]  one, with a picture of it
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Policy, plan } from '../../../src/scheduler/policy.js';
import { firstComeFirstServed, priorityOnly } from '../../support/baseline-policies.js';
import { simulate } from '../../support/policy-simulation.js';
import { type Performance, performanceOf } from './report.js';
import { type Panel, timeline } from './timeline.js';
import { jobsOf, machineOf, readWorkload } from './workload.js';

const policies: readonly { readonly name: string; readonly policy: Policy }[] = [
  { name: 'step scheduler', policy: (snapshot) => plan(snapshot) },
  { name: 'first come first served', policy: firstComeFirstServed },
  { name: 'priority only', policy: priorityOnly },
];

async function replay(path: string, picture?: string): Promise<void> {
  const workload = await readWorkload(path);
  const jobs = jobsOf(workload);
  const runs = policies.map(({ name, policy }) => {
    const simulation = simulate(policy, machineOf(workload), jobs);
    return { name, simulation, performance: performanceOf(jobs, simulation) };
  });
  process.stdout.write(`\n${workload.name}: ${workload.about} (${jobs.length} generations)\n`);
  process.stdout.write(table(runs));
  if (picture === undefined) return;
  const panels = runs.slice(0, 2).map(({ name, simulation, performance }): Panel => {
    return { title: name[0]?.toUpperCase() + name.slice(1), note: noteOf(performance), simulation };
  });
  await writeFile(picture, timeline(jobs, panels));
}

function table(runs: readonly { readonly name: string; readonly performance: Performance }[]): string {
  const head = ['policy', 'class', 'n', 'p50', 'p95', 'p99', 'throughput', 'worst client', 'all done'];
  const rows = runs.flatMap(({ name, performance }) => {
    const { classes, throughput, slowdowns, makespan } = performance;
    return [...classes].map(([kind, { count, p50, p95, p99 }], i) => {
      const seconds = [p50, p95, p99].map((value) => `${value.toFixed(1)} s`);
      const whole = [
        `${throughput.toFixed(2)}×`,
        `${Math.max(...slowdowns.values()).toFixed(1)}×`,
        `${makespan.toFixed(0)} s`,
      ];
      return [i === 0 ? name : '', kind, `${count}`, ...seconds, ...(i === 0 ? whole : ['', '', ''])];
    });
  });
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((cells) => (cells[i] as string).length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ');
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

function noteOf({ classes, makespan }: Performance): string {
  const parts = [...classes].map(
    ([name, { p50, p95 }]) => `${name}: half within ${p50.toFixed(1)} s, p95 ${p95.toFixed(1)} s`,
  );
  return `${parts.join('  ·  ')}  ·  all done after ${makespan.toFixed(0)} s`;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { svg: { type: 'string' } } });
const folder = join('test', 'bench', 'sim', 'workloads');
const files = positionals.length > 0 ? positionals : (await readdir(folder)).sort().map((name) => join(folder, name));
for (const file of files) await replay(file, values.svg);
