import { expect, vi } from 'vitest';
import { customDomain, Graph, type NodeOptions, type Value } from '../../inference/graph/graph.js';
import * as op from '../../inference/graph/ops.js';

type Inputs = [Value, Value, Value, Value, Value, Value];

/** What each fused operator (inference/graph/fused-ops.ts) is defined to be, in operators that a CPU has. */
function expansions(epsilon: number): Record<string, (...inputs: Inputs) => Value[]> {
  const vectors = (v: Value, x: Value) => op.reshapeTo(v, op.concat([op.ints(v.graph, [-1, 1]), op.dim(x, -1)], 0));
  /** f of tokens that are grouped as the vectors are. */
  const byGroup = (tokens: Value, v: Value, f: (grouped: Value) => Value): Value => {
    const grouped = op.concat([op.dim(vectors(v, tokens), 0), op.ints(v.graph, [-1]), op.dim(tokens, -1)], 0);
    return op.reshapeTo(f(op.reshapeTo(tokens, grouped)), op.shape(tokens));
  };
  const quantizeRows = (x: Value): Value[] => {
    const wide = op.cast(x, 'float32');
    const most = x.graph.node('ReduceMax', [x.graph.node('Abs', [wide]), op.ints(x.graph, [-1])]);
    const scale = op.mul(most, op.scalar(most, 1 / 448));
    return [op.cast(op.div(wide, scale), 'float8e4m3fn'), op.squeeze(scale, [-1])];
  };
  const biasRmsNorm = (x: Value, bias: Value, weight: Value) => op.rmsNorm(op.add(x, bias), weight, epsilon);
  const gateAddNorm = (...[x, y, bias, gate, scale, shift]: Inputs): [Value, Value] => {
    const sum = op.add(
      x,
      byGroup(op.add(y, bias), gate, (tokens) => op.mul(tokens, vectors(gate, x))),
    );
    const norm = (tokens: Value) => op.layerNorm(tokens, vectors(scale, x), vectors(shift, x), epsilon);
    return [sum, byGroup(sum, scale, norm)];
  };
  return {
    BiasRmsNorm: (...[x, bias, weight]) => [biasRmsNorm(x, bias, weight)],
    // The number of heads follows from the width and that of the tables.
    BiasRmsNormRotate: (...[x, bias, weight, cos, sin]) => [
      op.rotaryEmbedding(biasRmsNorm(x, bias, weight), cos, sin, 0),
    ],
    BiasGelu: (...[x, bias]) => [op.geluTanh(op.add(x, bias))],
    GeluProduct: (...[x, w, bias]) => [op.geluTanh(op.linear(x, w, bias))],
    GateAddNorm: gateAddNorm,
    BiasRmsNormSiluAfter: (...[x, bias, gamma, past]) => {
      const frames = op.concat([past, op.silu(biasRmsNorm(x, bias, gamma))], 1);
      return [frames, op.slice(frames, 1, -2, Number.MAX_SAFE_INTEGER)];
    },
    BiasAdd: (...[x, bias, y]) => [op.add(op.add(x, bias), y)],
    QuantizeRows: quantizeRows,
    GateAddNormRounded: (...inputs) => {
      const [sum, normed] = gateAddNorm(...inputs);
      return [sum, ...quantizeRows(normed)];
    },
    BiasGeluRounded: (...[x, bias]) => quantizeRows(op.geluTanh(op.add(x, bias))),
    EightBitProduct: (...[q, qScale, w, wScale]) => {
      const sums = op.linear(op.cast(q, 'float32'), op.cast(w, 'float32'));
      return [op.cast(op.mul(op.mul(sums, op.unsqueeze(qScale, [-1])), wScale), q.graph.compute)];
    },
  };
}

/** Has every graph built from now on write fused operators out, until mocks are restored. @returns how many it has met of each */
export function expandFused(): Record<string, number> {
  const met: Record<string, number> = {};
  const plain = Graph.prototype.nodeWithOutputs;
  vi.spyOn(Graph.prototype, 'nodeWithOutputs').mockImplementation(function (
    this: Graph,
    opType: string,
    inputs: readonly (Value | null)[],
    options: NodeOptions,
  ) {
    if (options.domain !== customDomain) return plain.call(this, opType, inputs, options);
    met[opType] = (met[opType] ?? 0) + 1;
    const { epsilon = { float: 0 } } = options.attributes ?? {};
    const expansion = expansions((epsilon as { float: number }).float)[opType];
    expect(expansion, opType).toBeDefined();
    return (expansion as (...inputs: Inputs) => Value[])(...(inputs as Inputs));
  });
  return met;
}
