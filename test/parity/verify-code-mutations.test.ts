import { afterEach, describe, it, vi } from 'vitest';
import type { Value } from '../../inference/graph/graph.js';
import type { Sampler, Sums } from '../../inference/samplers/index.js';
import type { Family } from '../../inference/verify/verify.js';
import { expectNoticed, microModel, microReference, session, untilNoticed } from '../support/mutate-model.js';

/**
 * Plausible mistakes in the code, each one function replaced, and the whole verifier loaded anew on top of it. Those that have
 * a twin in the weights are in the other verify-*-mutations tests.
 */
type Module = Record<string, any>;

interface CodeMutation {
  readonly name: string;
  readonly family: Family;
  /** Below inference/ */
  readonly module: string;
  /** What takes the place of the original's exports. */
  readonly replace: (original: Module) => Module;
}

const ops = (name: string, family: Family, replace: (original: Module) => Module): CodeMutation => ({
  name,
  family,
  module: 'graph/ops',
  replace,
});

const gelu = (x: Value): Value => x.graph.node('Gelu', [x], { attributes: { approximate: 'none' } });
const exactGelu = (original: Module): Module => ({
  geluTanh: (x: Value, bias?: Value) => gelu(bias ? original.add(x, bias) : x),
});

const samplers = (name: string, change: (unipc: Sampler, euler: Sampler) => Module): CodeMutation => ({
  name,
  family: 'scheduler',
  module: 'samplers/index',
  replace: ({ samplers: { UNIPC, EULER } }) => ({ samplers: { UNIPC, EULER, ...change(UNIPC, EULER) } }),
});

const mutations: CodeMutation[] = [
  ops('exact gelu in the denoiser', 'denoiser', exactGelu),
  ops('exact gelu in the text encoder', 'textEncoder', exactGelu),
  ops('time embedding without SiLU', 'denoiser', () => ({ silu: (x: Value) => x })),
  ops('queries and keys normed per head', 'denoiser', ({ rmsNorm, reshape, mul, floats }) => ({
    rmsNorm: (x: Value, scale: Value, eps: number) => {
      const heads = reshape(x, [0, 0, 3, 32]);
      return mul(reshape(rmsNorm(heads, floats(x.graph, Array(32).fill(1), [32]), eps), [0, 0, 96]), scale);
    },
  })),
  ops('scores not divided by the root of the head size', 'denoiser', ({ attention }) => ({
    attention: (q: Value, k: Value, v: Value, heads: number, options: object = {}) =>
      attention(q, k, v, heads, { scale: 1, ...options }),
  })),
  ops('neither padding mask nor position bias', 'textEncoder', ({ attention }) => ({
    attention: (q: Value, k: Value, v: Value, heads: number) => attention(q, k, v, heads, { scale: 1 }),
  })),
  ops('decoded pixels not clamped', 'vaeSinglePass', () => ({ clip: (x: Value) => x })),
  ops('an epsilon inside of the VAE’s norm', 'vaeSinglePass', ({ sqrt, add, scalar }) => ({
    sqrt: (x: Value) => sqrt(add(x, scalar(x, 1e-4))),
  })),
  ops('AvgDown pads at the end', 'vaeEncode', ({ pad }) => ({
    pad: (x: Value, before: number[], after: number[]) => pad(x, after, before),
  })),
  {
    name: 'time frequencies divided by half − 1',
    family: 'denoiser',
    module: 'wan/timestep',
    replace: ({ timeFeatures }) => ({
      timeFeatures: (timesteps: number[], width: number) => {
        const half = width / 2;
        const { data, dims } = timeFeatures(timesteps, width);
        timesteps.forEach((t, row) => {
          for (let j = 0; j < half; j++) {
            const angle = t * Math.exp((-Math.log(10000) * j) / (half - 1));
            data[row * width + j] = Math.cos(angle);
            data[row * width + half + j] = Math.sin(angle);
          }
        });
        return { dtype: 'float32', data, dims };
      },
    }),
  },
  {
    name: 'the first timestep of a row for all of its tokens',
    family: 'denoiser',
    module: 'wan/timestep',
    replace: ({ groupTimesteps }) => ({
      groupTimesteps: (rows: Float32Array[], frames: number, tokens: number) =>
        groupTimesteps(
          rows.map((row) => row.slice(0, 1)),
          frames,
          tokens,
        ),
    }),
  },
  {
    name: 'rotation with sine and cosine swapped',
    family: 'denoiser',
    module: 'wan/rope',
    replace: ({ rotaryTables }) => ({
      rotaryTables: (headDim: number, grid: object) => {
        const { cos, sin } = rotaryTables(headDim, grid);
        return { cos: sin, sin: cos };
      },
    }),
  },
  {
    name: 'zero padding of the text left out',
    family: 'endToEnd',
    module: 'wan/text-context',
    replace: ({ foldPadding }) => ({
      foldPadding: (texts: { length: number }[]) =>
        foldPadding(texts.map((text) => ({ ...text, paddedLength: text.length }))),
    }),
  },
  {
    name: 'zero padding of the text counted once',
    family: 'endToEnd',
    module: 'wan/text-context',
    replace: ({ foldPadding }) => ({
      foldPadding: (texts: { length: number }[]) =>
        foldPadding(texts.map((text) => ({ ...text, paddedLength: text.length + 1 }))),
    }),
  },
  {
    name: 'guidance added to the conditional prediction',
    family: 'endToEnd',
    module: 'pipeline/guidance',
    replace: () => ({
      guided: (sums: Sums, conditional: Float32Array, unconditional: Float32Array, scale: number) =>
        sums.add([1 + scale, conditional], [-scale, unconditional]),
    }),
  },
  {
    name: 'image-to-video that forgets its picture',
    family: 'endToEnd',
    module: 'pipeline/latents',
    replace: () => ({ withFirstFrame: (latents: Float32Array) => latents }),
  },
  {
    name: 'a stream that forgets its histories',
    family: 'vaeUnrolled',
    module: 'wan/vae/past',
    replace: ({ Past }) => ({
      Past: class extends Past {
        constructor() {
          super();
        }
      },
    }),
  },
  {
    name: 'DupUp tiles channels instead of repeating them',
    family: 'vaeSinglePass',
    module: 'wan/vae/shortcut',
    replace: ({ dupUpSources }) => ({
      dupUpSources: (from: number, to: number, timeFactor: number) =>
        dupUpSources(from, to, timeFactor).map((_: number, cell: number) => cell % from),
    }),
  },
  samplers('no corrector', (unipc) => ({
    UNIPC: {
      ...unipc,
      step: (sums, schedule, i, state, sample, velocity, noise) =>
        unipc.step(sums, schedule, i, { ...state, origin: null }, sample, velocity, noise),
    } satisfies Sampler,
  })),
  samplers('first order only', (unipc) => ({
    UNIPC: {
      ...unipc,
      step: (sums, schedule, i, state, sample, velocity, noise) =>
        unipc.step(sums, schedule, i, { ...state, estimates: [], origin: null }, sample, velocity, noise),
    } satisfies Sampler,
  })),
  samplers('timesteps of UniPC not truncated', (unipc) => ({
    UNIPC: {
      ...unipc,
      schedule: (steps, shift) => {
        const { sigmas } = unipc.schedule(steps, shift);
        return { sigmas, timesteps: sigmas.slice(0, -1).map((sigma) => 1000 * sigma) };
      },
    } satisfies Sampler,
  })),
  samplers('the schedule of diffusers before 0.37', (unipc) => ({
    UNIPC: {
      ...unipc,
      schedule: (steps, shift) => {
        const levels = Array.from({ length: steps }, (_, i) => 0.999 * (1 - i / steps));
        const sigmas = levels.map((u) => (shift * u) / (1 + (shift - 1) * u));
        return {
          sigmas: Float32Array.of(...sigmas, 0),
          timesteps: Float32Array.from(sigmas, (s) => Math.trunc(1000 * s)),
        };
      },
    } satisfies Sampler,
  })),
  samplers('first level lowered by 1e-5 instead of 1e-6', (unipc) => ({
    UNIPC: {
      ...unipc,
      schedule: (steps, shift) => {
        const { sigmas, timesteps } = unipc.schedule(steps, shift);
        return { sigmas: sigmas.with(0, 1 - 1e-5), timesteps };
      },
    } satisfies Sampler,
  })),
  samplers('Euler’s levels shifted once', (unipc, euler) => ({
    EULER: { ...euler, schedule: (steps, shift) => unipc.schedule(steps, shift) } satisfies Sampler,
  })),
  {
    name: 'prompts not cleaned',
    family: 'tokens',
    module: 'tokenizer/text-cleaning',
    replace: () => ({ cleanPrompt: (text: string) => text.trim().replace(/\s+/g, ' ') }),
  },
  {
    name: 'truncation that cuts the end token off',
    family: 'tokens',
    module: 'tokenizer/tokenizer',
    replace: ({ loadTokenizer }) => ({
      loadTokenizer: (path: string, limit: number) => {
        const whole = loadTokenizer(path, 1 << 20);
        return { ...whole, encode: async (text: string) => (await whole.encode(text)).slice(0, limit) };
      },
    }),
  },
];

async function verifyReplaced({ family, module, replace }: CodeMutation) {
  const path = `../../inference/${module}.js`;
  vi.resetModules();
  vi.doMock(path, async (importOriginal) => {
    const original = await importOriginal<Module>();
    return { ...original, ...replace(original) };
  });
  try {
    const { verifyModel } = await import('../../inference/verify/verify.js');
    return await untilNoticed(
      verifyModel({ directory: microModel, reference: microReference, only: [family], session }),
    );
  } finally {
    vi.doUnmock(path);
  }
}

describe('the verifier notices', () => {
  afterEach(() => vi.resetModules());

  it.each(mutations.map((mutation) => [`${mutation.family}: ${mutation.name}`, mutation] as const))(
    '%s',
    async (_name, mutation) => {
      expectNoticed(await verifyReplaced(mutation));
    },
  );
});
