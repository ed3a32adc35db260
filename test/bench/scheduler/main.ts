/**
 * `npm run bench:scheduler`: the scheduler against first come first served run to completion, on the CPU, with the bundled model
 * and a micro model, both through the same shell, executors and encoder; then the server against the bare networks.
 *
 *     npm run bench:scheduler -- [--seed 1] [--rounds 2] [--only load,overhead] [--side-by-side]
 *         [--overhead-blocks 6]
 *
 * The two policies take turns. On a machine that others use too their turns are not alike: side by side both have the same
 * neighbours, and each other.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plan } from '../../../src/scheduler/policy.js';
import { firstComeFirstServed } from '../../support/baseline-policies.js';
import { seededRandom } from '../../support/random.js';
import { latencies, percentile } from '../sim/report.js';
import { type Arrival, classNames, mixedLoad } from './load.js';
import { type Cost, measureOverhead, type Way, ways } from './overhead.js';
import { installModels, type Played, play } from './play.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', default: 'load,overhead' },
    'overhead-blocks': { type: 'string', default: '6' },
    'side-by-side': { type: 'boolean', default: false },
  },
});
const only = values.only.split(',');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const verdict = (what: string, value: string, met: boolean): void =>
  say(`${met ? 'met   ' : 'MISSED'} ${what}: ${value}`);

interface Total {
  readonly name: string;
  readonly runs: Played[];
}

async function compareUnderLoad(folder: string): Promise<void> {
  const models = await installModels(folder);
  const alone: Arrival[] = [0, 4, 8].map((at) => ({ at, class: 'short', client: 'anyone', seed: at }));
  const calibration = await play(firstComeFirstServed, { arrivals: alone, unitSeconds: 1 }, join(folder, 'c'), models);
  const sharers = values['side-by-side'] ? 2 : 1;
  const unitSeconds = sharers * percentile(calibration.latencies.get('short') ?? [], 0.5);
  say(`a short one alone: ${(unitSeconds / sharers).toFixed(2)} s`);
  const ours: Total = { name: 'step scheduler', runs: [] };
  const baseline: Total = { name: 'first come first served', runs: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const load = { arrivals: mixedLoad(seededRandom(Number(values.seed) + round)), unitSeconds };
    const played = [
      async () => baseline.runs.push(await play(firstComeFirstServed, load, join(folder, 'a'), models)),
      async () => ours.runs.push(await play((snapshot) => plan(snapshot), load, join(folder, 'b'), models)),
    ];
    if (values['side-by-side']) await Promise.all(played.map((run) => run()));
    else for (const run of round % 2 === 0 ? played : played.reverse()) await run();
  }
  say('\n| policy | class | n | p50 s | p95 s | p99 s |\n|---|---|---|---|---|---|');
  for (const total of [ours, baseline]) tell(total);
  const p95 = ({ runs }: Total): number =>
    percentile(
      runs.flatMap((run) => run.latencies.get('short') ?? []),
      0.95,
    );
  const makespan = ({ runs }: Total): number => runs.reduce((sum, run) => sum + run.makespan, 0);
  const gain = p95(baseline) / p95(ours);
  const throughput = makespan(baseline) / makespan(ours);
  const rows = ours.runs.map(({ averageBatchRows }) => averageBatchRows.toFixed(2)).join(', ');
  say(`all done after ${makespan(ours).toFixed(1)} s and ${makespan(baseline).toFixed(1)} s; rows a step: ${rows}\n`);
  verdict('p95 of the short ones, at least 3× better', `${gain.toFixed(1)}×`, gain >= 3);
  verdict('throughput, at least 0.97×', `${throughput.toFixed(3)}×`, throughput >= 0.97);
}

function tell({ name, runs }: Total): void {
  for (const kind of classNames) {
    const { count, p50, p95, p99 } = latencies(runs.flatMap((run) => run.latencies.get(kind) ?? []));
    const cells = [p50, p95, p99].map((value) => value.toFixed(2));
    say(`| ${[name, kind, count, ...cells].join(' | ')} |`);
  }
}

async function compareWithBareLoop(folder: string): Promise<void> {
  const cell = ({ seconds, here, executors }: Cost): string =>
    `${seconds.toFixed(2)} s, processors ${here.toFixed(2)} here, ${executors.toFixed(2)} executor`;
  const { blocks, loopDelays } = await measureOverhead(folder, {
    threads: availableParallelism(),
    blocks: Number(values['overhead-blocks']),
    // As they come: what is ended half-way has said so much.
    onBlock: (block) => say(`| ${ways.map((way) => `${way}: ${cell(block[way])}`).join(' | ')} |`),
  });
  const processors = ({ here, executors }: Cost): number => here + executors;
  const ratios = (over: Way, of: (cost: Cost) => number): number[] =>
    blocks.map((block) => of(block.server) / of(block[over]));
  const seconds = ({ seconds }: Cost): number => seconds;
  say('\nThe server over a bare loop, denoising: median of the blocks, and where it lies with a probability of 95 %\n');
  say('| | seconds | processor seconds |\n|---|---|---|');
  for (const over of ['networks', 'same work'] as const) {
    say(`| over ${over} | ${spread(ratios(over, seconds))} | ${spread(ratios(over, processors))} |`);
  }
  say('');
  const overhead = ratios('same work', seconds);
  const met = percentile(overhead, 0.5) <= 1.03;
  verdict('server over bare pipeline, same work, denoising, at most 3 %', spread(overhead), met);
  const delays = loopDelays.map((delay) => delay.toFixed(1)).join(', ');
  verdict('event-loop delay while denoising, p99 of each video under 20 ms', delays, Math.max(...loopDelays) < 20);
}

/** Median in percent above 1, its 95 % confidence interval (of order statistics), and all. */
function spread(ratios: readonly number[]): string {
  const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(1)} %`;
  const sorted = [...ratios].sort((a, b) => a - b);
  const below = ranksBelowMedian(ratios.length);
  const [low, high] = [sorted[below], sorted[ratios.length - 1 - below]] as [number, number];
  return `${percent(percentile(ratios, 0.5))} (${percent(low)} … ${percent(high)})`;
}

/** How many of n on each side can be left out so that the median lies between the rest with 95 %: binomial, p = 1/2. */
function ranksBelowMedian(n: number): number {
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; ; k++) {
    tail += term;
    if (2 * tail > 0.05) return Math.max(0, k - 1);
    term *= (n - k) / (k + 1);
  }
}

say(`${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}, seed ${values.seed}`);
const folder = await mkdtemp(join(tmpdir(), 'reelql-bench-scheduler-'));
try {
  if (only.includes('load')) await compareUnderLoad(folder);
  if (only.includes('overhead')) await compareWithBareLoop(join(folder, 'server'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
