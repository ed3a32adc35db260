/**
 * Ridge regression with an intercept, fed sample by sample: minimises Σ‖y − (xᵀA + b)‖² + λ‖A‖². Sums are kept in float64, so
 * memory does not grow with the samples.
 */
export class LeastSquares {
  private readonly sums: Float64Array; // of z·zᵀ, z = [x, y, 1]
  private readonly size: number;

  constructor(
    private readonly inputs: number,
    private readonly outputs: number,
  ) {
    this.size = inputs + outputs + 1;
    this.sums = new Float64Array(this.size ** 2);
  }

  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    const z = [...Array.from(x), ...Array.from(y), 1];
    for (let i = 0; i < this.size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = i * this.size + j;
        this.sums[at] = (this.sums[at] as number) + (z[i] as number) * (z[j] as number);
      }
    }
  }

  /**
   * @param ridge λ as a fraction of the inputs' mean variance
   * @returns A [inputs][outputs], b [outputs], and ‖y − ŷ‖ / ‖y − ȳ‖ over the samples seen.
   */
  solve(ridge: number): { matrix: number[][]; bias: number[]; relativeError: number } {
    const { inputs, outputs, size } = this;
    const count = this.sums[size * size - 1] as number;
    if (count < 2) throw new Error('a fit needs at least two samples');
    const mean = (i: number) => (this.sums[(size - 1) * size + i] as number) / count;
    const covariance = (i: number, j: number) => {
      const [row, column] = i > j ? [i, j] : [j, i];
      return (this.sums[row * size + column] as number) / count - mean(i) * mean(j);
    };
    let variance = 0;
    for (let i = 0; i < inputs; i++) variance += covariance(i, i) / inputs;
    const gram = Array.from({ length: inputs }, (_, i) =>
      Array.from({ length: inputs }, (_, j) => covariance(i, j) + (i === j ? ridge * variance : 0)),
    );
    const targets = Array.from({ length: inputs }, (_, i) =>
      Array.from({ length: outputs }, (_, o) => covariance(i, inputs + o)),
    );
    const matrix = solvePositive(gram, targets);
    const bias = Array.from(
      { length: outputs },
      (_, o) => mean(inputs + o) - matrix.reduce((sum, row, i) => sum + (row[o] as number) * mean(i), 0),
    );
    let [residual, total] = [0, 0];
    for (let o = 0; o < outputs; o++) {
      const a = matrix.map((row) => row[o] as number);
      let explained = 0;
      for (let i = 0; i < inputs; i++) {
        explained += 2 * (a[i] as number) * covariance(i, inputs + o);
        for (let j = 0; j < inputs; j++) explained -= (a[i] as number) * (a[j] as number) * covariance(i, j);
      }
      total += covariance(inputs + o, inputs + o);
      residual += covariance(inputs + o, inputs + o) - explained;
    }
    return { matrix, bias, relativeError: total > 0 ? Math.sqrt(Math.max(0, residual) / total) : 0 };
  }
}

/** X with G·X = Y for a symmetric positive definite G, by Cholesky's decomposition. */
function solvePositive(g: readonly (readonly number[])[], y: readonly (readonly number[])[]): number[][] {
  const n = g.length;
  const l = Array.from({ length: n }, () => new Float64Array(n));
  const at = (i: number, j: number) => l[i]?.[j] as number;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = g[i]?.[j] as number;
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      if (i === j && !(sum > 0)) throw new Error('the samples do not vary: nothing can be fitted');
      (l[i] as Float64Array)[j] = i === j ? Math.sqrt(sum) : sum / at(j, j);
    }
  }
  const x = y.map((row) => [...row]);
  for (let o = 0; o < (y[0]?.length ?? 0); o++) {
    const value = (i: number) => x[i]?.[o] as number;
    const set = (i: number, v: number) => {
      (x[i] as number[])[o] = v;
    };
    for (let i = 0; i < n; i++) {
      let sum = value(i);
      for (let k = 0; k < i; k++) sum -= at(i, k) * value(k);
      set(i, sum / at(i, i));
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = value(i);
      for (let k = i + 1; k < n; k++) sum -= at(k, i) * value(k);
      set(i, sum / at(i, i));
    }
  }
  return x;
}
