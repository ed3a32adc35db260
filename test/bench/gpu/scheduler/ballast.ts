/**
 * A neighbour leaves so many GiB of the device (the first argument), which is then treated as a card of that size: what is admitted,
 * what is made smaller, what is refused, whether what was let in succeeds, and the most that was taken beside the most that the ledger
 * had reckoned with. Beside a CPU the device only says that it is so small.
 */
import { setTimeout } from 'node:timers/promises';
import type { Device } from '../../../../src/execution/devices.js';
import { lanesOf } from '../../../../src/execution/lanes.js';
import type { GenerationSettings } from '../../../../src/generations/generation.js';
import { defaultHeadroomBytes } from '../../../../src/scheduler/ledger.js';
import { describe, findDevices, Machine, openModel } from './machine.js';
import { Neighbour } from './neighbour.js';
import { gibibytes, report, sectionOptions } from './report.js';
import { watchMemory } from './watch-memory.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
const leaveBytes = Number(rest[0]) * 2 ** 30;
const sizes = [
  { width: 256, height: 160, frameCount: 33 },
  { width: 832, height: 480, frameCount: 29 },
  { width: 832, height: 480, frameCount: 81 },
  { width: 1280, height: 704, frameCount: 121 },
].slice(0, Number(rest[1] ?? 4));

const [found] = (await findDevices(ids)) as [Device];
const [{ executor }] = found.lanes as [Device['lanes'][number]];
const device: Device =
  found.kind === 'CPU'
    ? { ...found, totalBytes: leaveBytes }
    : { ...found, lanes: lanesOf(found.id, executor, leaveBytes) };
const model = await openModel(bundle);
const neighbour = await Neighbour.on(device);
await neighbour.obey({ do: 'hold', leaveBytes });
const headroomBytes = defaultHeadroomBytes(leaveBytes);
const machine = await Machine.start({ devices: [device], model, folder, headroomBytes });

try {
  for (const size of sizes) {
    const asked: GenerationSettings = { ...model.manifest.defaults, ...size, steps: 2, seed: 7 };
    const name = (settings: GenerationSettings): string =>
      `${settings.width}×${settings.height}×${settings.frameCount}`;
    const fit = machine.scheduler.fit(model.manifest.name, asked);
    const settings = fit.fits ? asked : fit.largest;
    const reckoned = machine.scheduler.estimate(model.manifest.name, asked)?.peakBytes ?? Number.NaN;
    const told = fit.fits
      ? `admitted, reckoned ${gibibytes(reckoned)}`
      : `wants ${gibibytes(fit.requiredBytes)} of ${gibibytes(fit.availableBytes)}`;
    const what = `${rest[0]} GiB left, ${name(asked)}`;
    if (!settings) {
      report({ what, value: `${told}: refused`, met: true });
      continue;
    }
    let reckonedMost = 0;
    const least = watchMemory(device, () => {
      const { weightsBytes, activationsBytes } = machine.scheduler.devices()[0]?.memory ?? {};
      reckonedMost = Math.max(reckonedMost, (weightsBytes ?? 0) + (activationsBytes ?? 0));
    });
    const begun = performance.now();
    const end = await machine.submit(name(asked), settings);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const changed = fit.fits ? '' : `, made ${name(settings)}`;
    const taken = device.kind === 'CUDA' ? leaveBytes - least() : Number.NaN;
    const memory = `took ${gibibytes(taken)}, the ledger ${gibibytes(reckonedMost)}`;
    report({
      what,
      value: `${told}${changed}: ${describe(end)} in ${seconds} s, ${memory}`,
      met: end.type === 'succeeded' && !(taken > reckonedMost),
    });
    await setTimeout(50); // the device is looked at after the last unit
  }
  const snapshot = machine.scheduler.devices()[0];
  const others = snapshot?.memory.othersBytes ?? null;
  report({
    what: 'who holds the device',
    value: `ours ${snapshot?.usedByUsBytes == null ? 'not told apart by the driver' : gibibytes(snapshot.usedByUsBytes)}, others ${others === null ? 'unknown' : gibibytes(others)}`,
    facts: { ...snapshot },
  });
  const failed = machine.troubles.filter(({ code }) => code !== undefined);
  report({ what: `${rest[0]} GiB left: units that failed`, value: String(failed.length), facts: { failed } });
} finally {
  await machine.stop();
  neighbour.leave();
}
