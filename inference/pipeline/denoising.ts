import { type SamplerName, type Schedule, type SolverState, Sums, samplers } from '../samplers/index.js';
import { guided } from './guidance.js';
import { latentCount, withFirstFrame } from './latents.js';
import type { DenoiserRow, LatentShape, TextEmbedding } from './networks.js';
import { gaussianNoise } from './noise.js';
import { type RowCount, type StepPlanSettings, stepRows } from './step-plan.js';

export interface DenoisingSettings extends StepPlanSettings {
  readonly sampler: SamplerName;
  readonly shift: number;
  /** How far guidance keeps the deviation of the conditional prediction, 0 to 1, see `rescaleFactor`; 0 if left out. */
  readonly guidanceRescale?: number | undefined;
  /** Of the noise that a sampler adds on the way; that of the beginning is given apart. */
  readonly seed: number;
}

/** These of all settings, and nothing else: a checkpoint holds them. */
export function denoisingSettings(settings: DenoisingSettings): DenoisingSettings {
  const { sampler, steps, shift, guidanceScale, guidanceRescale, guidanceInterval, cacheSteps, seed } = settings;
  return { sampler, steps, shift, guidanceScale, guidanceRescale, guidanceInterval, cacheSteps, seed };
}

/**
 * One generation between two steps: plain data (numbers, strings, Float32Arrays), complete but for the texts. Written down and
 * read again it goes on bit for bit.
 */
export interface DenoisingState {
  readonly settings: DenoisingSettings;
  readonly shape: LatentShape;
  /** Steps done: 0 … settings.steps. The next one is computed: those that are not are taken along with the one before. */
  readonly step: number;
  /** Noisy latents [channels, frames, height, width] */
  readonly sample: Float32Array;
  /** After the last step as before the first: there is nothing to remember for. */
  readonly solver: SolverState;
  /** Of the last step that was computed, which those to come extrapolate from; null without `cacheSteps`. */
  readonly computed: ComputedVelocity | null;
  /** Image-to-video: the picture's normalised latent [channels, 1, height, width], which the first frame keeps. */
  readonly firstFrame: Float32Array | null;
}

export interface ComputedVelocity {
  readonly step: number;
  /** After guidance [channels, frames, height, width] */
  readonly velocity: Float32Array;
}

export interface Conditioning {
  readonly prompt: TextEmbedding;
  /** Not looked at without guidance. */
  readonly negativePrompt: TextEmbedding | null;
}

/**
 * @param noise N(0, 1) of the shape's size.
 * @throws RangeError for settings without a schedule, or arrays of other sizes.
 */
export function begin(
  settings: DenoisingSettings,
  shape: LatentShape,
  noise: Float32Array,
  firstFrame: Float32Array | null = null,
): DenoisingState {
  planOf(settings);
  checkLength('the noise', noise, latentCount(shape));
  if (firstFrame) checkLength('the first frame', firstFrame, latentCount({ ...shape, frames: 1 }));
  return {
    settings,
    shape,
    step: 0,
    sample: noise,
    solver: samplers[settings.sampler].initial(),
    computed: null,
    firstFrame,
  };
}

export function isDone(state: DenoisingState): boolean {
  return state.step >= state.settings.steps;
}

/** The rows of the next step: conditional, then unconditional where that step is guided. */
export function rowsOf(state: DenoisingState, { prompt, negativePrompt }: Conditioning): DenoiserRow[] {
  const { settings, shape, step, sample, firstFrame } = state;
  const t = planOf(settings).schedule.timesteps[step];
  if (t === undefined) throw new RangeError(`all ${settings.steps} steps are done`);
  // The picture is clean at every step, so its frame is shown to the network as it is, at time 0.
  const latents = firstFrame ? withFirstFrame(sample, firstFrame, shape) : sample;
  const timesteps = firstFrame ? new Float32Array(shape.frames).fill(t, 1) : Float32Array.of(t);
  const conditional = { latents, timesteps, text: prompt };
  if (rowCount(state) === 1) return [conditional];
  if (!negativePrompt) throw new TypeError('guidance over 1 needs the embedding of the negative prompt, empty or not');
  return [conditional, { latents, timesteps, text: negativePrompt }];
}

/** The state after a step, and the clean latents as estimated there, for previews. */
export interface Advanced {
  readonly state: DenoisingState;
  readonly x0: Float32Array;
}

/**
 * One computed step of the solver, and the steps after it that take a velocity extrapolated from it: one pass over the arrays.
 * @param velocities the denoiser's answers to `rowsOf(state)`, in its order.
 * @returns the state after these steps, with the estimate of the last of them.
 */
export function advance(state: DenoisingState, velocities: readonly Float32Array[]): Advanced {
  const [conditional, unconditional] = velocities;
  const expected = rowCount(state);
  if (!conditional || velocities.length !== expected) {
    throw new RangeError(`a step takes ${expected} velocities, not ${velocities.length}`);
  }
  for (const velocity of velocities) checkLength('a velocity', velocity, state.sample.length);
  const { settings, shape, firstFrame } = state;
  const { guidanceScale, guidanceRescale } = settings;
  const sums = new Sums();
  const velocity = unconditional
    ? guided(sums, conditional, unconditional, guidanceScale, guidanceRescale)
    : conditional;
  const latest = { step: state.step, velocity };
  let stepped = takeStep(sums, state, velocity);
  while (rowCount(stepped.state) === 0) {
    if (!state.computed) throw new Error('there is nothing to extrapolate from');
    stepped = takeStep(sums, stepped.state, extrapolated(sums, stepped.state, state.computed, latest));
  }
  sums.compute();
  const done = isDone(stepped.state);
  const memory = done
    ? { solver: samplers[settings.sampler].initial(), computed: null }
    : { computed: settings.cacheSteps ? latest : null };
  return {
    state: { ...stepped.state, ...memory },
    x0: firstFrame ? withFirstFrame(stepped.x0, firstFrame, shape) : stepped.x0,
  };
}

/** Along the straight line through two computed velocities, by noise level. */
function extrapolated(
  sums: Sums,
  state: DenoisingState,
  before: ComputedVelocity,
  latest: ComputedVelocity,
): Float32Array {
  const { sigmas } = planOf(state.settings).schedule;
  const sigma = (step: number): number => sigmas[step] as number;
  const ahead = (sigma(state.step) - sigma(latest.step)) / (sigma(latest.step) - sigma(before.step));
  return sums.add([1 + ahead, latest.velocity], [-ahead, before.velocity]);
}

function takeStep(sums: Sums, state: DenoisingState, velocity: Float32Array): Advanced {
  const { settings, step, sample, solver } = state;
  // Stream 0 of the seed is the noise that denoising begins with.
  const noise = () => gaussianNoise(settings.seed, sample.length, step + 1);
  const next = samplers[settings.sampler].step(sums, planOf(settings).schedule, step, solver, sample, velocity, noise);
  return { state: { ...state, step: step + 1, sample: next.sample, solver: next.state }, x0: next.x0 };
}

/** Normalised latents to decode, when all steps are done. */
export function finalLatents(state: DenoisingState): Float32Array {
  if (!isDone(state)) throw new RangeError(`${state.step} of ${state.settings.steps} steps are done`);
  return state.firstFrame ? withFirstFrame(state.sample, state.firstFrame, state.shape) : state.sample;
}

/** Undefined when all steps are done. */
function rowCount({ settings, step }: DenoisingState): RowCount | undefined {
  return planOf(settings).rows[step];
}

interface Plan {
  readonly schedule: Schedule;
  readonly rows: readonly RowCount[];
}

/** Of the settings that states have in common: to calculate it a few times a step took 0.2 ms, while a device waits. */
const plans = new WeakMap<DenoisingSettings, Plan>();

function planOf(settings: DenoisingSettings): Plan {
  let plan = plans.get(settings);
  if (!plan) {
    const schedule = samplers[settings.sampler].schedule(settings.steps, settings.shift);
    plan = { schedule, rows: stepRows(settings) };
    plans.set(settings, plan);
  }
  return plan;
}

function checkLength(what: string, array: Float32Array, expected: number): void {
  if (array.length !== expected) throw new RangeError(`${what} has ${array.length} numbers, expected ${expected}`);
}
