import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fused from '../../inference/graph/fused-ops.js';
import type { Value } from '../../inference/graph/graph.js';
import * as op from '../../inference/graph/ops.js';
import { floatToHalf } from '../../inference/half.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { elementCount, float32, type Tensor } from '../../inference/tensor.js';
import { buildEmulation } from '../support/cuda-emulation/build.js';
import { type Comparison, expectAsDefined, type Operator } from '../support/cuda-emulation/compare.js';

/** The operators of inference/kernels without a GPU, from the sources that nvcc is given; but products, which are cuBLASLt's. */
const compiler = spawnSync('g++', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'reelql-emulation-'));
let library: string;
beforeAll(async () => {
  if (compiler) library = await buildEmulation(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

let seed = 0;
const angles = (...dims: number[]): Tensor => float32(gaussianNoise(++seed, elementCount(dims)), dims);
const half = (...dims: number[]): Tensor => ({
  dtype: 'float16',
  dims,
  data: floatToHalf(gaussianNoise(++seed, elementCount(dims))),
});

const check = (inputs: Record<string, Tensor>, operator: Operator, comparison?: Comparison) =>
  expectAsDefined(library, inputs, operator, comparison);
const checkNorm = (rows: number, tokens: number, width: number) =>
  check({ x: half(rows, tokens, width), bias: half(width), weight: half(width) }, ({ x, bias, weight }) => ({
    y: fused.biasRmsNorm(x!, bias!, weight!, 1e-6),
  }));

/** What 8 bits stand for. */
const widened = ({ q, scale }: fused.QuantizedRows): Value =>
  op.cast(op.mul(op.cast(q, 'float32'), op.unsqueeze(scale, [-1])), 'float16');
/** One of their steps: kernel and definition may round to either side. */
const eightBits = { rounding: 1 / 8 };

describe.runIf(compiler)('kernels for CUDA, on the processor', () => {
  it.each([
    [1, 1, 8],
    [2, 3, 264],
    [2, 5, 1000],
    [1, 2, 8192],
  ])('norm %i rows of %i tokens of %i numbers', checkNorm);

  it.each([
    [1, 1, 3, 8],
    [2, 3, 11, 24],
    [2, 5, 3, 128],
    [1, 2, 40, 128],
  ])('norm and rotate %i rows of %i tokens of %i heads of %i', (rows, tokens, heads, headDim) => {
    const width = heads * headDim;
    const tables = { cos: angles(tokens, headDim / 2), sin: angles(tokens, headDim / 2) };
    const inputs = { x: half(rows, tokens, width), bias: half(width), weight: half(width), ...tables };
    return check(inputs, ({ x, bias, weight, cos, sin }) => ({
      y: fused.biasRmsNormRotate(x!, bias!, weight!, cos!, sin!, 1e-6),
    }));
  });

  it.each([
    [1, 1, 8, [], []],
    [2, 3, 264, [2, 1], []],
    [2, 6, 1000, [4, 1], [2, 1]],
    [1, 4, 3072, [], [2, 1]],
  ] as const)(
    'gate, add and norm %i rows of %i tokens of %i; gates %j, norms %j',
    async (rows, tokens, width, gates, norms) => {
      const vectors = { gate: half(...gates, width), scale: half(...norms, width), shift: half(...norms, width) };
      const inputs = { x: half(rows, tokens, width), y: half(rows, tokens, width), bias: half(width), ...vectors };
      const all = ({ x, y, bias, gate, scale, shift }: Record<string, Value>) =>
        [x!, y!, bias!, gate!, scale!, shift!, 1e-6] as const;
      await check(inputs, (values) => fused.gateAddNorm(...all(values)));
      const rounded: Operator = (values) => ({ normed: widened(fused.gateAddNormRounded(...all(values)).normed) });
      await check(inputs, rounded, eightBits);
    },
  );

  it.each([
    [1, 1, 8],
    [2, 3, 264],
    [1, 7, 1000],
    [1, 2, 8200],
  ])('add a bias to %i rows of %i tokens of %i: with GELU, with another tensor, in 8 bits', async (...dims) => {
    const inputs = { x: half(...dims), bias: half(dims[2]) };
    await check(inputs, ({ x, bias }) => ({ y: fused.biasGelu(x!, bias!) }));
    await check({ ...inputs, y: half(...dims) }, ({ x, bias, y }) => ({ sum: fused.biasAdd(x!, bias!, y!) }));
    await check(inputs, ({ x, bias }) => ({ y: widened(fused.biasGeluRounded(x!, bias!)) }), eightBits);
    await check({ x: inputs.x }, ({ x }) => ({ y: widened(fused.quantizeRows(x!)) }), eightBits);
  });

  const sizes = [
    [1, 15, 8],
    [2, 5, 264],
    [2, 3, 520],
    [1, 2, 1024],
  ] as const;
  it.each([1, 2, 3, 4].flatMap((frames) => sizes.map((size) => [frames, ...size] as const)))(
    'norm and SiLU of %i frames, %i rows, area %i, %i channels: beside the past and over it',
    async (frames, rows, area, channels) => {
      const images = (count: number) => half(rows, count, 1, area, channels);
      const inputs = { x: images(frames), bias: half(channels), gamma: half(channels), past: images(2) };
      for (const over of [{}, { next: 'past' }]) {
        const operator: Operator = ({ x, bias, gamma, past }) =>
          fused.biasRmsNormSiluAfter(x!, bias!, gamma!, past!, 1e-24);
        await check(inputs, operator, { over });
      }
    },
  );

  it('say what widths they do not take', async () => {
    await expect(checkNorm(1, 1, 12)).rejects.toThrow('a width of 12 is no multiple of 8');
    await expect(checkNorm(1, 1, 8200)).rejects.toThrow('a width of 8200, more than 8192');
  });
});
