/**
 * `npm run test:faults`: a server with the bundled model under fire, for some minutes. Everything random comes from the seed
 * that is printed; moments in time are the machine's own.
 *
 *     npm run test:faults -- [--seed N] [--executors 100] [--servers 50] [--splits 50] [--faults 40]
 *         [--only kills,splits,faults,disk]
 *
 * Exits 1 if a generation was lost, a video differs from an undisturbed run's, or an event log has a hole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../support/random.js';
import { type Campaign, type Part, undisturbedVideos } from './campaign.js';
import { fullDisk } from './full-disk.js';
import { injectFaults } from './injected.js';
import { killExecutors, killServers } from './kills.js';
import { killInSplitSteps } from './split.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    executors: { type: 'string', default: '100' },
    servers: { type: 'string', default: '50' },
    splits: { type: 'string', default: '50' },
    faults: { type: 'string', default: '40' },
    only: { type: 'string', default: 'kills,splits,faults,disk' },
  },
});
const seed = Number(values.seed);
const only = values.only.split(',');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function parts(campaign: Campaign): Promise<Part[]> {
  const found: Part[] = [];
  if (only.includes('kills')) {
    found.push(await killExecutors(campaign, Number(values.executors)));
    found.push(await killServers(campaign, Number(values.servers)));
  }
  if (only.includes('splits')) found.push(await killInSplitSteps(campaign, Number(values.splits)));
  if (only.includes('faults')) found.push(...(await injectFaults(campaign, Number(values.faults))));
  if (only.includes('disk')) {
    const part = await fullDisk(campaign);
    if (part) found.push(part);
    else say('full disk: skipped, a small file system cannot be mounted here');
  }
  return found;
}

function row({ name, done, verdict }: Part): string {
  const { generations, lost, different, brokenLogs, resumes, mostStepsLost, longestPauseSeconds } = verdict;
  const cells = [name, done, generations, lost, different, brokenLogs, resumes, mostStepsLost];
  return `| ${[...cells, `${longestPauseSeconds.toFixed(1)} s`].join(' | ')} |`;
}

say(`seed ${seed}`);
const folder = await mkdtemp(join(tmpdir(), 'reelql-campaign-'));
try {
  const undisturbed = await undisturbedVideos(folder);
  const found = await parts({ folder, random: seededRandom(seed), undisturbed, say });
  say('\n| | | generations | lost | differing videos | broken logs | resumes | most steps lost | longest pause |');
  say('|---|---|---|---|---|---|---|---|---|');
  for (const part of found) say(row(part));
  const bad = found.filter(({ verdict }) => verdict.lost + verdict.different + verdict.brokenLogs > 0);
  say(bad.length === 0 ? '\nnothing lost, nothing different' : `\nfailed: ${bad.map(({ name }) => name).join(', ')}`);
  process.exitCode = bad.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
