import { describe, expect, it } from 'vitest';
import { type SamplerName, samplers, takeStep } from '../../inference/samplers/index.js';
import { expectWithin, floats, item, readReference, tolerances } from '../support/reference.js';

const tables = await readReference('scheduler/tables.safetensors');
const trajectories = await readReference('scheduler/trajectories.safetensors');
const limits = (await tolerances()).scheduler_trajectories;

/** Names such as `unipc.shift5_steps25`; `unipc_legacy` is the table of diffusers before 0.37, which we do not serve. */
function cases(names: Iterable<string>, suffix: string) {
  return [...names]
    .filter((name) => name.endsWith(suffix) && !name.startsWith('unipc_legacy'))
    .map((name) => {
      const [, kind, shift, steps] = /^(\w+)\.shift(\d+)_steps(\d+)\./.exec(name) as RegExpExecArray;
      const key = name.slice(0, -suffix.length);
      return { key, name: kind?.toUpperCase() as SamplerName, shift: Number(shift), steps: Number(steps) };
    });
}

describe('schedules equal diffusers bit for bit', () => {
  it.each(cases(tables.keys(), '.sigmas'))('$key', ({ key, name, shift, steps }) => {
    const schedule = samplers[name].schedule(steps, shift);
    expect(schedule.sigmas).toEqual(floats(tables, `${key}.sigmas`));
    expect(schedule.timesteps).toEqual(floats(tables, `${key}.timesteps`));
  });
});

describe('trajectories follow diffusers', () => {
  const noNoise = () => expect.unreachable();
  // The reference's stand-in for a network: v = 0.9·tanh(x) + 0.35·t/1000.
  const velocity = (x: Float32Array, t: number) => x.map((value) => Math.tanh(value) * 0.9 + (0.35 * t) / 1000);

  it.each(cases(trajectories.keys(), '.sample'))('$key', ({ key, name, shift, steps }) => {
    const sampler = samplers[name];
    const schedule = sampler.schedule(steps, shift);
    let state = sampler.initial();
    let sample = floats(trajectories, 'x0');
    for (let i = 0; i < steps; i++) {
      const v = velocity(sample, schedule.timesteps[i] as number);
      expectWithin(v, item(trajectories, `${key}.model_output`, i), limits);
      ({ sample, state } = takeStep(sampler, schedule, i, state, sample, v, noNoise));
      expectWithin(sample, item(trajectories, `${key}.sample`, i), limits);
    }
  });
});
