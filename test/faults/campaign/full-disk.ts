import { spawnSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Campaign, type Part, pause } from './campaign.js';
import { judge, readOutcomes } from './outcomes.js';
import { requests } from './requests.js';
import { ServerUnderFire } from './server-under-fire.js';

const size = 96 * 2 ** 20;

/**
 * The disk fills up while generations run, is full for a while, and has room again: the server must live, and whatever it took in
 * must end. What failed for want of space may be failed, so only what was asked for afterwards has to succeed.
 * Null where a small file system cannot be mounted (that takes root).
 */
export async function fullDisk({ folder, undisturbed, say }: Campaign): Promise<Part | null> {
  const mount = join(folder, 'small-disk');
  await mkdir(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', mount]).status !== 0) return null;
  try {
    const server = await ServerUnderFire.start(mount);
    const disturbed: string[] = [];
    for (const request of requests) disturbed.push(await server.create(request));
    await pause(300);
    const { bavail, bsize } = await statfs(mount);
    await writeFile(join(mount, 'ballast'), Buffer.alloc(bavail * bsize)).catch(() => {}); // as much as goes
    say('the disk is full');
    await pause(5000);
    await rm(join(mount, 'ballast'));
    await server.idle();
    for (const request of requests) await server.create(request);
    await server.idle();
    await server.stop();
    const outcomes = await readOutcomes(mount);
    const failed = outcomes.slice(0, disturbed.length).filter(({ status }) => status === 'FAILED').length;
    const counted = outcomes.filter(({ status, failure }, i) => {
      return !(i < disturbed.length && status === 'FAILED' && failure?.includes('STORAGE_FAILED'));
    });
    const verdict = judge(counted, undisturbed);
    return { name: 'disk full for 5 s', done: `${failed} said STORAGE_FAILED`, verdict };
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
}
