import { join } from 'node:path';
import { pick } from '../../support/random.js';
import { type Campaign, type Part, pause, serverIn, topUp } from './campaign.js';
import { judge, readOutcomes } from './outcomes.js';
import type { ServerUnderFire } from './server-under-fire.js';

/**
 * kill -9 of a random executor at a random moment, again and again, while the server works. Most kills wait until something has
 * been computed since the one before: a generation whose device is lost three times before it has got on at all is given up, and
 * rightly so.
 */
export async function killExecutors({ folder, random, undisturbed, say }: Campaign, kills: number): Promise<Part> {
  const server = await serverIn(folder, 'executor-kills');
  for (let done = 0; done < kills; ) {
    await topUp(server, 3, random);
    if (random() < 0.8) await gettingOn(server);
    await pause(1500 * random());
    const pids = server.executors;
    if (pids.length === 0) continue; // the one before is not there yet
    process.kill(pids[pick(random, pids.length)] as number, 'SIGKILL');
    if (++done % 10 === 0) say(`${done} of ${kills} executors killed`);
  }
  await server.idle();
  await server.stop();
  const verdict = judge(await readOutcomes(join(folder, 'executor-kills')), undisturbed);
  return { name: 'executors killed', done: `${kills} kills`, verdict };
}

/** kill -9 of the whole server at a random moment of its life, and another one on the same data. */
export async function killServers({ folder, random, undisturbed, say }: Campaign, kills: number): Promise<Part> {
  for (let done = 1; done <= kills; done++) {
    const server = await serverIn(folder, 'server-kills');
    await topUp(server, 3, random);
    await pause(2500 * random());
    await server.kill();
    if (done % 10 === 0) say(`${done} of ${kills} servers killed`);
  }
  const last = await serverIn(folder, 'server-kills');
  await last.idle();
  await last.stop();
  const verdict = judge(await readOutcomes(join(folder, 'server-kills')), undisturbed);
  return { name: 'servers killed', done: `${kills} kills`, verdict };
}

/** Resolves when something more has been computed; looks ten times a second. */
async function gettingOn(server: ServerUnderFire): Promise<void> {
  const before = await server.fractions();
  const isFurther = ([id, fraction]: [string, number]): boolean => fraction > (before.get(id) ?? 0);
  while (![...(await server.fractions())].some(isFurther)) await pause(100);
}
