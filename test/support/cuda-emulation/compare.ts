import { expect, vi } from 'vitest';
import { type Dim, Graph, type Value } from '../../../inference/graph/graph.js';
import { halfToFloat } from '../../../inference/half.js';
import { openSession, type SessionOptions } from '../../../inference/runtime/session.js';
import { elementCount, float32, type Tensor } from '../../../inference/tensor.js';
import { expandFused } from '../expand-fused.js';

type Tensors = Record<string, Tensor>;
/** Results by name, of inputs by name. All have as many axes as the first input. */
export type Operator = (inputs: Record<string, Value>) => Record<string, Value>;

export interface Comparison {
  /** Results that are written over an input, by name. */
  readonly over?: Record<string, string>;
  /** Of a result's rounding, relative; float16's if left out. */
  readonly rounding?: number;
}

/**
 * Expects of an emulated operator what it is defined to be in float32: of the same numbers, all of them and nothing beyond.
 * @param library what buildEmulation() gave
 * @param inputs in float16; tables of angles in float32
 */
export async function expectAsDefined(
  library: string,
  inputs: Tensors,
  operator: Operator,
  { over = {}, rounding = 2 ** -11 }: Comparison = {},
): Promise<void> {
  const expected = await defined(inputs, operator);
  const feeds = mapped(inputs, (tensor) => amongNaN(tensor, true));
  const results = mapped(expected, ({ dims, data }, name) => {
    const place = feeds[over[name] ?? ''];
    return place ?? amongNaN({ dtype: 'float16', dims, data }, false);
  });
  await run(operator, feeds, { binding: 'native', customOperators: library }, results);
  for (const [name, result] of Object.entries(results)) {
    const [numbers, due] = [numbersOf(result), numbersOf(expected[name] as Tensor)];
    const near = (number: number, wanted: number) => Math.abs(number - wanted) <= rounding * Math.abs(wanted) + 2e-5;
    const at = numbers.findIndex((number, i) => !near(number, due[i] as number));
    expect([name, at, numbers[at], due[at]]).toEqual([name, -1, undefined, undefined]);
    expect(new Set(marginsOf(result)), `around ${name}`).toEqual(new Set([halfNaN]));
  }
}

/** In plain operators. */
async function defined(inputs: Tensors, operator: Operator): Promise<Tensors> {
  expandFused();
  try {
    return await run(
      operator,
      mapped(inputs, (tensor) => float32(numbersOf(tensor), tensor.dims)),
    );
  } finally {
    vi.restoreAllMocks();
  }
}

async function run(
  operator: Operator,
  feeds: Tensors,
  options: Partial<SessionOptions> = {},
  into: Tensors = {},
): Promise<Tensors> {
  const graph = new Graph('operator', { folder: '/', tensors: new Map() });
  const values = Object.entries(feeds).map(([name, { dtype, dims }]) => [name, graph.input(name, dtype, dims)]);
  const axes = (name: string): Dim[] => (Object.values(feeds)[0] as Tensor).dims.map((_, axis) => `${name}${axis}`);
  for (const [name, value] of Object.entries(operator(Object.fromEntries(values)))) {
    graph.output(name, value, axes(name));
  }
  const session = await openSession(graph, { device: { kind: 'CPU' }, threads: 1, ...options });
  try {
    return await session.run(feeds, { into });
  } finally {
    await session.close();
  }
}

const halfNaN = 0x7e01;
const margin = 64;

/** With NaN before, after and, where it is not filled, in it: what is read or written at a wrong place shows, and what is not written. */
function amongNaN({ dtype, dims, data }: Tensor, filled: boolean): Tensor {
  const count = elementCount(dims);
  const [Type, nan] = dtype === 'float16' ? [Uint16Array, halfNaN] : [Float32Array, Number.NaN];
  const inside = new Type(count + 2 * margin).fill(nan).subarray(margin, margin + count);
  if (filled) inside.set(data as Uint16Array | Float32Array);
  return { dtype, dims, data: inside };
}

/** What lies around a tensor in float16. */
function marginsOf({ data }: Tensor): number[] {
  const all = Array.from(new Uint16Array(data.buffer));
  return [...all.slice(0, margin), ...all.slice(-margin)];
}

function numbersOf({ dtype, data }: Tensor): Float32Array {
  return dtype === 'float16' ? halfToFloat(data as Uint16Array) : (data as Float32Array);
}

function mapped(tensors: Tensors, change: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}
