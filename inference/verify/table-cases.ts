import { type Sampler, type Schedule, samplers, takeStep } from '../samplers/index.js';
import { rotaryTables, type TokenGrid } from '../wan/rope.js';
import { timeFeatures } from '../wan/timestep.js';
import { compare, exact, type Limits, type VerifyRow } from './compare.js';
import type { Reference, ReferenceTensors } from './reference.js';

/** Both are float64 rounded to float32. */
const rotaryLimit: Limits = { max_abs: 2e-7, rel_l2: 1e-7 };

/** Tables that are computed outside of the graphs: time features, rotary embedding. They depend on no weights. */
export async function* tableCases(reference: Reference): AsyncGenerator<VerifyRow> {
  if (!(await reference.has('tables.safetensors'))) return;
  const tables = await reference.tensors('tables.safetensors');
  const timesteps = [...tables.numbers('timesteps')];
  for (const name of tables.names.filter((each) => each.startsWith('sinusoid_'))) {
    const width = tables.dims(name)[1] as number;
    const found = timeFeatures(timesteps, width).data as Float32Array;
    yield compare(`tables/${name}`, found, tables.numbers(name), reference.tolerances.denoiser);
  }
  for (const name of tables.names.filter((each) => each.startsWith('rope_cos_headdim'))) {
    const headDim = tables.dims(name)[1] as number;
    const positions = tables.numbers('rope_positions');
    for (const part of ['cos', 'sin'] as const) {
      const expected = tables.numbers(`rope_${part}_headdim${headDim}`);
      yield compare(
        `tables/rope_${part}_headdim${headDim}`,
        rotaryRows(headDim, positions, part),
        expected,
        rotaryLimit,
      );
    }
  }
}

/** Row p of the reference has position p in time, row and column, and every number twice. */
function rotaryRows(headDim: number, positions: Float32Array, part: 'cos' | 'sin'): Float32Array {
  const size = Math.max(...positions) + 1;
  const along = (grid: TokenGrid) => rotaryTables(headDim, grid)[part].data as Float32Array;
  const axes = [
    along({ frames: size, height: 1, width: 1 }),
    along({ frames: 1, height: size, width: 1 }),
    along({ frames: 1, height: 1, width: size }),
  ];
  const half = headDim / 2;
  const across = Math.floor(headDim / 6);
  const axisOf = (j: number) => (j < half - 2 * across ? 0 : j < half - across ? 1 : 2);
  const rows = new Float32Array(positions.length * headDim);
  positions.forEach((position, row) => {
    for (let i = 0; i < headDim; i++) {
      const j = i >> 1;
      rows[row * headDim + i] = axes[axisOf(j)]?.[position * half + j] as number;
    }
  });
  return rows;
}

/** Schedules bit for bit, and whole runs of the solvers on a function instead of a network. */
export async function* samplerCases(reference: Reference): AsyncGenerator<VerifyRow> {
  if (!(await reference.has('scheduler/tables.safetensors'))) return;
  const tables = await reference.tensors('scheduler/tables.safetensors');
  for (const { key, solver, sampler, shift, steps } of runs(tables, '.sigmas')) {
    // The schedule of diffusers before 0.37 is not served.
    if (solver === 'unipc_legacy') continue;
    const schedule = sampler.schedule(steps, shift);
    yield compare(`scheduler/${key} sigmas`, schedule.sigmas, tables.numbers(`${key}.sigmas`), exact);
    yield compare(`scheduler/${key} timesteps`, schedule.timesteps, tables.numbers(`${key}.timesteps`), exact);
  }
  if (!(await reference.has('scheduler/trajectories.safetensors'))) return;
  const trajectories = await reference.tensors('scheduler/trajectories.safetensors');
  for (const { key, solver, sampler, shift, steps } of runs(trajectories, '.sample')) {
    // But the solver runs on any schedule, so it is compared on the old one as well.
    const schedule =
      solver === 'unipc_legacy'
        ? { sigmas: tables.numbers(`${key}.sigmas`), timesteps: tables.numbers(`${key}.timesteps`) }
        : sampler.schedule(steps, shift);
    const found = follow(sampler, schedule, trajectories.numbers('x0'));
    yield compare(`trajectory/${key}`, found, trajectories.numbers(`${key}.sample`), reference.tolerances.trajectories);
  }
}

/** Neither solver of the reference adds any. */
const noNoise = () => {
  throw new Error('this solver adds no noise');
};

/** The samples after every step, with the reference's stand-in for a network: v = 0.9·tanh(x) + 0.35·t/1000. */
function follow(sampler: Sampler, schedule: Schedule, start: Float32Array): Float32Array {
  const steps = schedule.timesteps.length;
  const found = new Float32Array(steps * start.length);
  let state = sampler.initial();
  let sample = start;
  for (let i = 0; i < steps; i++) {
    const t = schedule.timesteps[i] as number;
    const velocity = sample.map((x) => Math.tanh(x) * 0.9 + (0.35 * t) / 1000);
    ({ sample, state } = takeStep(sampler, schedule, i, state, sample, velocity, noNoise));
    found.set(sample, i * sample.length);
  }
  return found;
}

interface Run {
  readonly key: string;
  readonly solver: string;
  readonly sampler: Sampler;
  readonly shift: number;
  readonly steps: number;
}

/** Runs by their names, such as `unipc.shift5_steps25`. */
function runs(tensors: ReferenceTensors, ending: string): Run[] {
  const pattern = new RegExp(`^(unipc|unipc_legacy|euler)\\.shift([\\d.]+)_steps(\\d+)\\${ending}$`);
  return tensors.names.flatMap((name) => {
    const parts = pattern.exec(name);
    if (!parts) return [];
    const [, solver = '', shift, steps] = parts;
    const sampler = solver === 'euler' ? samplers.EULER : samplers.UNIPC;
    return [{ key: name.slice(0, -ending.length), solver, sampler, shift: Number(shift), steps: Number(steps) }];
  });
}
