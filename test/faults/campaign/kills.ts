import { join } from 'node:path';
import { pick } from '../../support/random.js';
import { type Campaign, type Part, pause, serverIn, topUp } from './campaign.js';
import { judge, readOutcomes } from './outcomes.js';

/** kill -9 of a random executor at a random moment, again and again, while the server works. */
export async function killExecutors({ folder, random, undisturbed, say }: Campaign, kills: number): Promise<Part> {
  const server = await serverIn(folder, 'executor-kills');
  for (let done = 0; done < kills; ) {
    await topUp(server, 3, random);
    await pause(100 + 1400 * random());
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
