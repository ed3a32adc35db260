import { join } from 'node:path';
import { cpuDevice } from '../../../src/execution/devices.js';
import { childProcesses } from '../../support/child-processes.js';
import { pick } from '../../support/random.js';
import { splittingPolicy } from '../../support/splitting-policy.js';
import { type Campaign, type Part, pause } from './campaign.js';
import { schedulerIn } from './here.js';
import { judge, type Outcome } from './outcomes.js';
import { requests } from './requests.js';

/** About what a half of a step takes, and handing its velocity over. */
const splitMs = 60;
/** More than that in a row without a step in between would end a generation, and rightly. */
const mostKillsOfOne = 3;

/**
 * kill -9 of either executor while two devices compute the rows of one guided step: in its half, while velocities are exchanged, or
 * while one of them advances. The right videos are those of the same requests by themselves and unsplit.
 */
export async function killInSplitSteps({ folder, random, say }: Campaign, kills: number): Promise<Part> {
  let splits = 0;
  let splitBegun = (): void => {};
  const policy = splittingPolicy(() => {
    splits++;
    splitBegun();
  });
  const devices = [cpuDevice('one', 1), cpuDevice('two', 1)];
  const scheduler = await schedulerIn(join(folder, 'split steps'), { devices, policy });
  const outcomes: Outcome[] = [];
  try {
    const calm = [];
    for (const request of requests) calm.push(await scheduler.run(`calm ${request.settings.seed}`, request, 'SOLO'));
    const undisturbed = new Map(calm.map(({ seed, video }) => [seed, video ?? 'none']));
    if (splits > 0) throw new Error('a SOLO generation was split');
    for (let done = 0; done < kills; ) {
      const request = requests[pick(random, requests.length)] as (typeof requests)[number];
      const ended = scheduler.run(`${outcomes.length}`, request, 'AUTO');
      for (let left = 1 + pick(random, mostKillsOfOne); left > 0; ) {
        const begun = new Promise<'split'>((resolve) => {
          splitBegun = () => resolve('split');
        });
        if ((await Promise.race([begun, ended])) !== 'split') break;
        if (random() < 0.6) continue; // not always the first steps
        await pause(splitMs * random());
        const pids = childProcesses('execution/executor');
        if (pids.length < devices.length) continue;
        process.kill(pids[pick(random, pids.length)] as number, 'SIGKILL');
        left--;
        if (++done % 10 === 0) say(`${done} of ${kills} executors killed in split steps`);
      }
      outcomes.push(await ended);
    }
    const verdict = judge(outcomes, undisturbed);
    return { name: 'executors killed in split steps', done: `${kills} kills, ${splits} steps split`, verdict };
  } finally {
    await scheduler.stop();
  }
}
