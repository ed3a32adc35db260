/**
 * `throughput`: so many generations a device, on the first one, two, four … of the devices. `split`: the latency of one guided
 * generation alone on one device, and on two of which each computes one of its rows.
 */
import { join } from 'node:path';
import type { Device } from '../../../../src/execution/devices.js';
import { findDevices, Machine, openModel } from './machine.js';
import { report, sectionOptions } from './report.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
const [part, size] = rest;
const devices = await findDevices(ids);
const model = await openModel(bundle);
const frames =
  size === 'small' ? { width: 256, height: 160, frameCount: 29 } : { width: 832, height: 480, frameCount: 29 };
const settings = { ...frames, guidanceScale: 5 };
const wanted = new Map([
  [2, 1.9],
  [4, 3.7],
]);

async function on<T>(some: readonly Device[], name: string, work: (machine: Machine) => Promise<T>): Promise<T> {
  const machine = await Machine.start({ devices: some, model, folder: join(folder, name) });
  try {
    // Every device at once, with all its networks; the second round is warm.
    for (const round of ['first', 'second']) {
      await Promise.all(some.map((_, i) => machine.run(`${round}-${i}`, { ...settings, steps: 3 })));
    }
    return await work(machine);
  } finally {
    await machine.stop();
  }
}

/** @returns generations a second */
function throughput(some: readonly Device[]): Promise<number> {
  return on(some, `throughput-${some.length}`, async (machine) => {
    const count = 6 * some.length;
    const begun = performance.now();
    const ends = Array.from({ length: count }, (_, i) => machine.run(`g${i}`, { ...settings, steps: 10, seed: i }));
    await Promise.all(ends);
    return (1000 * count) / (performance.now() - begun);
  });
}

/** @returns seconds of its steps */
function latency(some: readonly Device[], batching: 'AUTO' | 'SOLO'): Promise<number> {
  return on(some, `latency-${some.length}`, async (machine) => {
    const denoise = async (id: string, steps: number): Promise<number> => {
      const between = [2, steps].map((step) => {
        return machine
          .seen(id, (report) => report.type === 'progressed' && report.progress.step === step)
          .then(() => performance.now());
      });
      await machine.run(id, { ...settings, steps }, { batching });
      const [from, to] = (await Promise.all(between)) as [number, number];
      return (to - from) / 1000;
    };
    if (batching === 'AUTO') {
      // A split is tried once, and again after ten seconds if it did not look good: its first run chooses kernels.
      const begun = performance.now();
      for (let i = 0; performance.now() - begun < 12_000; i++) await denoise(`learning-${i}`, 10);
    }
    return denoise('measured', 30);
  });
}

if (part === 'throughput') {
  const alone = await throughput(devices.slice(0, 1));
  report({ what: 'one device', value: `${alone.toFixed(3)} generations/s` });
  for (let count = 2; count <= devices.length; count *= 2) {
    const gain = (await throughput(devices.slice(0, count))) / alone;
    const least = wanted.get(count) ?? 0;
    report({ what: `${count} devices`, value: `${gain.toFixed(2)}×, wanted ${least}×`, met: gain >= least });
  }
} else {
  const alone = await latency(devices.slice(0, 1), 'SOLO');
  const split = await latency(devices.slice(0, 2), 'AUTO');
  report({
    what: 'guidance split over two devices',
    value: `28 steps in ${split.toFixed(2)} s, alone ${alone.toFixed(2)} s: ${(split / alone).toFixed(2)}×, wanted at most 0.6×`,
    met: split / alone <= 0.6,
  });
}
