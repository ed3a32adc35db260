import { dmd } from './dmd.js';
import { euler } from './euler.js';
import type { Sampler } from './sampler.js';
import { unipc } from './unipc.js';

export type { Sampler, Schedule, SolverState, SolverStep } from './sampler.js';
export { Sums, takeStep } from './sampler.js';

export const samplers = { UNIPC: unipc, EULER: euler, DMD: dmd } as const satisfies Record<string, Sampler>;
export type SamplerName = keyof typeof samplers;
