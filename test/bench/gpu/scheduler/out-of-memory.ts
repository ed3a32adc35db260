/**
 * Memory that really runs out. First under a batch: a forged measurement promises that two guided generations need no more than
 * one, and a neighbour leaves what one does. Then under everything: a neighbour takes whatever becomes free, for ten seconds.
 * Beside a CPU there is no neighbour: that both are tried at once, and come to their ends, is all that shows.
 */
import { setTimeout } from 'node:timers/promises';
import type { Device } from '../../../../src/execution/devices.js';
import { denoiserPeak } from '../../../../src/scheduler/memory-model.js';
import { describe, findDevices, Machine, openModel, type Trouble } from './machine.js';
import { Neighbour } from './neighbour.js';
import { report, sectionOptions } from './report.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
const [device] = (await findDevices(ids)) as [Device];
const model = await openModel(bundle);
const neighbour = await Neighbour.on(device);
const small = { width: 256, height: 160, frameCount: 17, guidanceScale: 5 };
const usual =
  rest[0] === 'small' ? { ...small, frameCount: 29 } : { ...small, width: 832, height: 480, frameCount: 81 };
const large = { ...usual, frameCount: usual.frameCount + 20 };
const peakOf = (rows: number) =>
  denoiserPeak({ ...model.manifest.defaults, ...usual, seed: 0 }, model.manifest, device.kind, rows);

const machine = await Machine.start({
  ...{ devices: [device], model, folder, headroomBytes: 0 },
  prepare: (measurements) => {
    measurements.of(device).peaks.restore({ ...peakOf(4), bytes: 2 ** 20, modeledBytes: 2 ** 20 });
  },
});
const count = (code: string): number => machine.troubles.filter((trouble) => trouble.code === code).length;

try {
  // Of the same picture, so that decoding, whose memory does not grow with the length, needs no more later; and short, so that what the
  // denoiser keeps of it is no room for a long one.
  await machine.run('warm', { ...usual, frameCount: 9, steps: 1 }, { batching: 'AUTO' });
  await neighbour.obey({ do: 'hold', leaveBytes: peakOf(2).modeledBytes });
  const pair = await Promise.all(
    ['a', 'b'].map((id) => machine.submit(id, { ...usual, steps: 12 }, { batching: 'AUTO' })),
  );
  const ofBoth = ({ generationIds = [] }: Pick<Trouble, 'generationIds'>): boolean => generationIds.length > 1;
  const together = machine.steps.filter(ofBoth).length;
  const failed = machine.troubles.filter(({ code }) => code === 'OUT_OF_MEMORY').filter(ofBoth).length;
  report({
    what: 'a batch for which there is no room',
    value: `${failed} steps of both ran out of memory, ${together} were taken; the two: ${pair.map(describe).join(', ')}`,
    met: pair.every(({ type }) => type === 'succeeded') && (device.kind === 'CPU' ? together : failed) > 0,
    facts: { troubles: machine.troubles.splice(0) },
  });

  // Its text is new and it is larger: something has to be loaded, and something to grow.
  await neighbour.obey({ do: 'grab', leaveBytes: 0 });
  const starved = machine.submit('starved', { ...large, steps: 3 }, { prompt: 'A yellow boat on a lake' });
  const end = await Promise.race([starved, setTimeout(10_000, null)]);
  await neighbour.obey({ do: 'let go' });
  const value = `${count('OUT_OF_MEMORY')} units ran out of memory; it: ${end ? describe(end) : `waited, then ${describe(await starved)}`}`;
  const known = !end || end.type === 'succeeded' || (end.type === 'failed' && end.failure.code === 'OUT_OF_MEMORY');
  report({ what: 'no memory at all for 10 s', value, met: known, facts: { troubles: machine.troubles.splice(0) } });

  const after = await machine.submit('after', { ...large, steps: 3 }, { prompt: 'A yellow boat on a lake' });
  report({ what: 'the next one, with memory again', value: describe(after), met: after.type === 'succeeded' });
  report({ what: 'executors lost in all this', value: String(count('DEVICE_LOST')), met: count('DEVICE_LOST') === 0 });
} finally {
  await machine.stop();
  neighbour.leave();
}
