/**
 * What a step of 1 to 8 rows takes at three sizes, and the batches that the scheduler makes of it. One executor, the real units.
 */
import { pino } from 'pino';
import { ExecutorHost } from '../../../../src/execution/host.js';
import type { Unit, UnitKind } from '../../../../src/execution/protocol.js';
import { WorkFiles } from '../../../../src/execution/work-files.js';
import type { GenerationSettings } from '../../../../src/generations/generation.js';
import { formBatch } from '../../../../src/scheduler/batch-former.js';
import { CostModel } from '../../../../src/scheduler/cost-model.js';
import type { Ask } from '../../../../src/scheduler/policy.js';
import { stepWork, tokensPerRow } from '../../../../src/scheduler/work.js';
import { findDevices, openModel } from './machine.js';
import { report, sectionOptions } from './report.js';

const { devices, bundle, folder, rest } = sectionOptions();
const [device] = await findDevices(devices);
const model = await openModel(bundle);
/** The first two runs of a shape choose and load kernels. */
const [warm, measured] = [2, Number(rest[0] ?? 3)];
const mostRows = 8;
/** 320, 900 and 3,120 tokens a row. */
const sizes = [
  { width: 256, height: 160, frameCount: 29 },
  { width: 480, height: 320, frameCount: 21 },
  { width: 832, height: 480, frameCount: 29 },
].slice(0, Number(rest[1] ?? 3));

const work = new WorkFiles(folder);
await work.prepare();
const executor = device?.lanes[0]?.executor;
if (!executor) throw new Error('no device');
const host = new ExecutorHost({ device: executor, workDirectory: folder, log: pino({ level: 'silent' }) });

async function run<K extends UnitKind>(unit: Extract<Unit, { kind: K }>) {
  const outcome = await host.run<K>(unit, 60_000);
  if (!outcome.ok) throw new Error(`${unit.kind}: ${outcome.failure.code} ${outcome.failure.detail}`);
  return outcome;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** @returns seconds of a step of 1, 2 … rows */
async function measure(settings: GenerationSettings): Promise<number[]> {
  const seconds: number[] = [];
  const ids = Array.from({ length: mostRows }, (_, i) => `row-${i}`);
  for (let rows = 1; rows <= mostRows; rows++) {
    const generationIds = ids.slice(0, rows);
    for (const generationId of generationIds) {
      const request = { prompt: 'a car', negativePrompt: '', settings, firstFrame: false };
      await run<'open'>({ kind: 'open', generationId, bundle: model.directory, request });
    }
    const times: number[] = [];
    for (let i = 0; i < warm + measured; i++) {
      times.push((await run<'step'>({ kind: 'step', generationIds, checkpoint: [] })).seconds);
    }
    seconds.push(median(times.slice(warm)));
  }
  await run<'forget'>({ kind: 'forget', generationIds: ids });
  return seconds;
}

/** How many generations of so many rows each the former puts into one step, eight rows waiting. */
function chosen(settings: GenerationSettings, seconds: readonly number[], rowsEach: number): number {
  const costs = new CostModel();
  const unit = (rows: number) => {
    const { count: _, ...step } = stepWork(settings, model.manifest, rows);
    return { model: model.manifest.name, ...step };
  };
  // Twice: a size that ran once is not believed to be slow.
  for (const [i, time] of [...seconds.entries(), ...seconds.entries()]) costs.observe(unit(i + 1), time);
  const asks = Array.from(
    { length: mostRows / rowsEach },
    (_, i): Ask => ({
      ...{ generationId: String(i), client: 'anyone', priority: 0, createdAt: i, model: model.manifest.name },
      ...{ stage: 'step', shape: '', rows: rowsEach, tokensPerRow: tokensPerRow(settings), batching: 'AUTO' },
      ...{ alone: false, started: true, kind: null, home: null, secondsLeft: null },
    }),
  );
  const [leader, ...others] = asks as [Ask, ...Ask[]];
  const batch = formBatch(leader, others, {
    lane: '',
    costs: {
      runs: (_lane, _ask, rows) => costs.samples(unit(rows)),
      speedup: (_lane, _ask, parts) => costs.speedup(unit(parts.reduce((sum, part) => sum + part, 0)), parts),
    },
    ledger: { loadSeconds: () => 0, evicts: () => false, fits: () => true },
    mayTry: false,
  });
  return batch.length;
}

try {
  const { directory: directoryOfBundle } = model;
  for (const component of ['textEncoder', 'denoiser'] as const) {
    const { seconds } = await run<'load'>({ kind: 'load', bundle: directoryOfBundle, component });
    report({ what: `opening the ${component}`, value: `${seconds.toFixed(1)} s` });
    if (component !== 'textEncoder') continue;
    await run<'encode-text'>({ kind: 'encode-text', bundle: directoryOfBundle, prompts: ['a car'] });
    await run<'release'>({ kind: 'release', bundle: directoryOfBundle, component });
  }
  for (const size of sizes) {
    const plain = { ...model.manifest.defaults, ...size, guidanceScale: 1, seed: 7, steps: 1000 };
    const seconds = await measure(plain);
    const [alone, guided] = [1, 2].map((rowsEach) => chosen(plain, seconds, rowsEach));
    const milliseconds = seconds.map((time) => Number((1000 * time).toPrecision(3)));
    const gain = ((seconds[1] as number) * 4) / (seconds[7] as number);
    report({
      what: `${model.manifest.name}, ${tokensPerRow(plain)} tokens a row: ms of 1 … ${mostRows} rows`,
      value: `${milliseconds.join(', ')}; 4 guided together ${gain.toFixed(2)}×; a step takes ${alone} unguided or ${guided} guided`,
      facts: { milliseconds, unguided: alone, guided },
    });
  }
} finally {
  await host.stop();
}
