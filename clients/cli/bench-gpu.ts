import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { matrixRate } from '../../src/benchmark/matrix-rate.js';
import { type Bench, measureModel, type Plan } from '../../src/benchmark/measure-model.js';
import { type Measurement, type Shape, shapeText } from '../../src/benchmark/measurement.js';
import { estimateVideos, measurementLine, type Report, reportLines } from '../../src/benchmark/report.js';
import { loadConfig } from '../../src/config.js';
import { type Device, detectDevices } from '../../src/execution/devices.js';
import { createLog } from '../../src/log.js';
import { ModelCatalog } from '../../src/models/catalog.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { command } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { print, printJson } from './output.js';

export const benchGpu = command({
  meta: {
    name: 'gpu',
    description: "Seconds and memory of a model's networks on one device, beside what its arithmetic allows",
  },
  args: {
    model: { type: 'string', description: 'Name of a model, or the folder of a bundle; the default model if left out' },
    device: { type: 'string', description: 'cuda-0, … or cpu; the first GPU if left out', valueHint: 'id' },
    sizes: { type: 'string', default: '832x480x29,1280x704x121', description: 'WIDTHxHEIGHTxFRAMES, with commas' },
    rows: { type: 'string', default: '1,2,4,8', description: 'Batches of the first size; others get 2 rows' },
    repetitions: { type: 'string', default: '6', description: 'Of each step at the first size; others get one' },
    'matrix-size': {
      type: 'string',
      description: 'Of the matrix products that the rest is held against; 8192 on a GPU, 1024 on the CPU',
    },
    json: { type: 'boolean', description: 'The report as one JSON object, after a line for each measurement' },
  },
  async run({ args }) {
    const device = await deviceOf(args.device);
    const model = await modelOf(args.model);
    const plan = planOf(args.sizes, listOf(args.rows), Number(args.repetitions));
    const workDirectory = await mkdtemp(join(tmpdir(), 'reelql-bench-'));
    try {
      const log = createLog('silent');
      const bench = { model, device, workDirectory, log };
      const report = await measure(
        bench,
        plan,
        Number(args['matrix-size'] ?? (device.kind === 'CUDA' ? 8192 : 1024)),
        (measurement) =>
          args.json ? printJson(measurement) : process.stderr.write(`${measurementLine(measurement, null)}\n`),
      );
      if (args.json) printJson(report);
      else for (const line of reportLines(model.manifest, report)) print(line);
    } finally {
      await rm(workDirectory, { recursive: true, force: true });
    }
  },
});

async function measure(
  bench: Bench,
  plan: Plan,
  matrixSize: number,
  onMeasurement: (measurement: Measurement) => void,
): Promise<Report> {
  const { model, device } = bench;
  const measurements: Measurement[] = [];
  for await (const measurement of measureModel(bench, plan)) {
    measurements.push(measurement);
    onMeasurement(measurement);
  }
  // Last: from here on this process holds memory of the device, too.
  const executor = device.lanes[0]?.executor;
  const session = executor?.kind === 'CUDA' ? { device: executor } : { device: { kind: 'CPU' } as const };
  const rate = await matrixRate(session, matrixSize);
  return {
    model: model.manifest.name,
    device: `${device.name} (${device.id})`,
    matrixRate: rate,
    measurements,
    videos: estimateVideos(model.manifest, measurements, rate),
  };
}

async function deviceOf(id: string | undefined): Promise<Device> {
  const devices = await detectDevices();
  const device = id === undefined ? devices[0] : devices.find((each) => each.id === id);
  if (device) return device;
  throw new CommandLineError(`There is no device "${id}". Here are: ${devices.map((each) => each.id).join(', ')}.`);
}

async function modelOf(name: string | undefined): Promise<InstalledModel> {
  if (name?.includes('/')) return openBundle(name);
  const catalog = await ModelCatalog.open(loadConfig());
  const model = name === undefined ? catalog.default : catalog.get(name);
  if (model) return model;
  const known = catalog.list().map((each) => each.name);
  throw new CommandLineError(`There is no model "${name}". Here are: ${known.join(', ')}.`);
}

function planOf(sizes: string, rows: readonly number[], repetitions: number): Plan {
  const shapes = sizes.split(',').map((text, i) => ({
    shape: shapeOf(text),
    rows: i === 0 ? rows : [2],
    repetitions: i === 0 ? repetitions : 1,
  }));
  return { shapes, texts: repetitions };
}

function shapeOf(text: string): Shape {
  const [width = 0, height = 0, frameCount = 0] = text.split('x').map(Number);
  const shape = { width, height, frameCount };
  if (shapeText(shape) === text && width % 32 === 0 && height % 32 === 0 && frameCount % 4 === 1) return shape;
  throw new CommandLineError(`A size is WIDTHxHEIGHTxFRAMES, multiples of 32 and 4n + 1 frames, not "${text}".`);
}

function listOf(text: string): number[] {
  const rows = text.split(',').map(Number);
  if (rows.every((count) => count === 1 || (count > 0 && count % 2 === 0))) return rows;
  throw new CommandLineError(`--rows takes 1 and even numbers, with commas, not "${text}".`);
}
