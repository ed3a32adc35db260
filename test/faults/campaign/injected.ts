import { join } from 'node:path';
import { cpuDevice } from '../../../src/execution/devices.js';
import type { UnitKind } from '../../../src/execution/protocol.js';
import { defaultWatchdog } from '../../../src/scheduler/watchdog.js';
import { type Fault, faultyEntry } from '../../support/faults.js';
import { pick, type Random } from '../../support/random.js';
import type { Campaign, Part } from './campaign.js';
import { schedulerIn } from './here.js';
import { judge, type Outcome } from './outcomes.js';
import { requests } from './requests.js';

const units: readonly UnitKind[] = ['load', 'encode-text', 'open', 'step', 'decode'];

/** Bad luck at a random unit: memory that runs out once or twice, or a unit that never ends. */
export async function injectFaults(campaign: Campaign, count: number): Promise<Part[]> {
  const memory = await inject(campaign, 'out of memory', count, (random) => {
    return { what: 'out-of-memory', unit: unitOf(random), after: pick(random, 6), times: 1 + pick(random, 2) };
  });
  const stalls = await inject(campaign, 'executors stalled', Math.ceil(count / 8), (random) => {
    return { what: 'stall', unit: unitOf(random), after: pick(random, 6), times: 1, late: random() < 0.5 };
  });
  return [memory, stalls];
}

function unitOf(random: Random): UnitKind {
  return units[pick(random, units.length)] as UnitKind;
}

async function inject(
  { folder, random, say }: Campaign,
  name: string,
  count: number,
  fault: (random: Random) => Fault,
): Promise<Part> {
  // Not the server's: there the settings stand in another order in the file's metadata.
  const calm = await runWith({ what: 'stall', times: 0 }, join(folder, `${name}, none`));
  const undisturbed = new Map(calm.map(({ seed, video }) => [seed, video ?? 'none']));
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count; i++) {
    const luck = fault(random);
    const found = await runWith(luck, join(folder, `${name} ${i}`));
    outcomes.push(...found);
    const late = luck.late ? ', when it was done' : '';
    const failures = found.flatMap(({ failure }) => failure ?? []).join(', ');
    say(`${name}: ${luck.unit}, after ${luck.after}, ${luck.times}×${late} ${failures}`.trimEnd());
  }
  return { name, done: `${count} faults`, verdict: judge(outcomes, undisturbed) };
}

/** All requests at once, on a scheduler whose executors have this fault. */
async function runWith(fault: Fault, folder: string): Promise<Outcome[]> {
  const scheduler = await schedulerIn(folder, {
    devices: [cpuDevice()],
    executorEntry: faultyEntry([fault]),
    // The server waits for two minutes at least; here a unit takes a fraction of a second.
    watchdog: { ...defaultWatchdog, leastSeconds: 15 },
  });
  try {
    return await Promise.all(requests.map((request) => scheduler.run(`${request.settings.seed}`, request, 'SOLO')));
  } finally {
    await scheduler.stop();
  }
}
