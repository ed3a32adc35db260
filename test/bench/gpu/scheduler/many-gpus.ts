/**
 * `throughput`: so many generations a device, on the first one, two, four … of the devices. `split`: the latency of one guided
 * generation alone on one device, and on two of which each computes one of its rows.
 *
 * All on one machine with all the devices, whose networks are loaded once: the policy is shown as many lanes as it may use.
 */
import { setTimeout } from 'node:timers/promises';
import { trialMs } from '../../../../src/scheduler/lane-account.js';
import { type Grant, plan, type Snapshot } from '../../../../src/scheduler/policy.js';
import { findDevices, Machine, openModel } from './machine.js';
import { report, sectionOptions } from './report.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
const [size] = rest;
const devices = await findDevices(ids);
const frames =
  size === 'small' ? { width: 256, height: 160, frameCount: 29 } : { width: 832, height: 480, frameCount: 29 };
const settings = { ...frames, guidanceScale: 5 };
const perDevice = 5;
const wanted = new Map([
  [2, 1.9],
  [4, 3.7],
]);

/** Of a guided generation's steps, those that were shared by two devices. */
let stepsSplit = 0;

/** How many devices, from the first on, may be used; null: generation `…-i` runs on device i and nowhere else. */
let usable: number | null = null;

function planNoted(snapshot: Snapshot): Grant[] {
  const grants = planWithin(snapshot);
  stepsSplit += grants.filter(({ second }) => second !== null).length;
  return grants;
}

function planWithin(snapshot: Snapshot): Grant[] {
  const lanesOf = (some: readonly { readonly id: string }[]) =>
    snapshot.lanes.filter(({ device }) => some.some(({ id }) => id === device));
  if (usable !== null) return plan({ ...snapshot, lanes: lanesOf(devices.slice(0, usable)) });
  return devices.flatMap((device, i) => {
    const asks = snapshot.asks.filter(({ generationId }) => generationId.endsWith(`-${i}`));
    return plan({ ...snapshot, asks, lanes: lanesOf([device]) });
  });
}

const machine = await Machine.start({ devices, model: await openModel(bundle), folder, policy: planNoted });

/** Every device at once, with all its networks; the second time nothing is loaded, and no kernel chosen. */
async function warm(): Promise<void> {
  const begun = performance.now();
  for (const round of ['first', 'second']) {
    await Promise.all(devices.map((_, i) => machine.run(`${round}-${i}`, { ...settings, steps: 3 })));
  }
  report({ what: 'all networks loaded and warm', value: `after ${((performance.now() - begun) / 1000).toFixed(0)} s` });
}

/** Generations a second, and how many of them began on each device. */
async function throughput(count: number): Promise<{ readonly rate: number; readonly begun: readonly number[] }> {
  usable = count;
  const generations = perDevice * count;
  const since = machine.recorder.reports.length;
  const begun = performance.now();
  const ends = Array.from({ length: generations }, (_, i) =>
    machine.run(`of-${count}-${i}`, { ...settings, steps: 10, seed: i }),
  );
  await Promise.all(ends);
  const rate = (1000 * generations) / (performance.now() - begun);
  const reports = machine.recorder.reports.slice(since);
  const startedOn = (id: string) => reports.filter((one) => one.type === 'started' && one.deviceId === id).length;
  return { rate, begun: devices.slice(0, count).map(({ id }) => startedOn(id)) };
}

/** @returns seconds of its steps but the first two */
async function denoise(id: string, steps: number, batching: 'AUTO' | 'SOLO'): Promise<number> {
  const between = [2, steps].map((step) => {
    return machine
      .seen(id, (report) => report.type === 'progressed' && report.progress.step === step)
      .then(() => performance.now());
  });
  await machine.run(id, { ...settings, steps }, { batching });
  const [from, to] = (await Promise.all(between)) as [number, number];
  return (to - from) / 1000;
}

async function reportSplit(): Promise<void> {
  usable = 1;
  const alone = await denoise('alone', 30, 'SOLO');
  usable = 2;
  // Batches may have been tried a moment ago, and a lane tries one thing at a time.
  await setTimeout(trialMs);
  await denoise('learning', 10, 'AUTO');
  stepsSplit = 0;
  const split = await denoise('split', 30, 'AUTO');
  report({
    what: 'guidance split over two devices',
    value: `28 steps in ${split.toFixed(2)} s, alone ${alone.toFixed(2)} s: ${(split / alone).toFixed(2)}×, wanted at most 0.6×`,
    met: split / alone <= 0.6,
    facts: { stepsSplit, of: 30 },
  });
}

async function reportThroughput(): Promise<void> {
  const alone = await throughput(1);
  report({ what: 'one device', value: `${alone.rate.toFixed(3)} generations/s` });
  for (let count = 2; count <= devices.length; count *= 2) {
    const { rate, begun } = await throughput(count);
    const gain = rate / alone.rate;
    const least = wanted.get(count) ?? 0;
    const value = `${gain.toFixed(2)}×, wanted ${least}×`;
    report({ what: `${count} devices`, value, met: gain >= least, facts: { begun } });
  }
}

try {
  await warm();
  // A split is tried once, and after a while again, for its first run chooses kernels.
  usable = 2;
  await denoise('trial', 3, 'AUTO');
  await reportThroughput();
  await reportSplit();
} finally {
  await machine.stop();
}
