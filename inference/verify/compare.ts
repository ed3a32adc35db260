/** How far two arrays may lie apart; what is not named is not limited. */
export interface Limits {
  readonly max_abs?: number;
  readonly rel_l2?: number;
  /** Share of values that differ at all, 0..1. */
  readonly differing?: number;
}

/** The result of one case, in the spelling of the reference's manifest. */
export interface VerifyRow {
  readonly case: string;
  /** Largest absolute difference. */
  readonly max_abs: number;
  /** ‖found − expected‖₂ / ‖expected‖₂ */
  readonly rel_l2: number;
  readonly differing?: number;
  readonly limit: Limits;
  readonly ok: boolean;
  /** Why there are no numbers. */
  readonly error?: string;
}

export const exact: Limits = { max_abs: 0, rel_l2: 0 };

type Numbers = ArrayLike<number>;

/** Compares found with expected numbers, in float64. Another count of numbers, or NaN anywhere, fails. */
export function compare(name: string, found: Numbers, expected: Numbers, limit: Limits): VerifyRow {
  if (found.length !== expected.length) {
    return failed(name, limit, `${found.length} numbers, expected ${expected.length}`);
  }
  let maxAbs = 0;
  let differing = 0;
  let squaredError = 0;
  let squaredNorm = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    const difference = Math.abs((found[i] as number) - value);
    // Not Math.max: NaN has to stay.
    if (!(difference <= maxAbs)) maxAbs = Number.isNaN(maxAbs) ? maxAbs : difference;
    if (difference !== 0) differing++;
    squaredError += difference * difference;
    squaredNorm += value * value;
  }
  const relL2 = squaredError === 0 ? 0 : Math.sqrt(squaredError / squaredNorm);
  const share = expected.length === 0 ? 0 : differing / expected.length;
  const ok =
    maxAbs <= (limit.max_abs ?? Infinity) &&
    relL2 <= (limit.rel_l2 ?? Infinity) &&
    share <= (limit.differing ?? Infinity);
  const shown = limit.differing === undefined ? {} : { differing: share };
  return { case: name, max_abs: maxAbs, rel_l2: relL2, ...shown, limit, ok };
}

/** A case that gave no numbers to compare. */
export function failed(name: string, limit: Limits, error: string): VerifyRow {
  return { case: name, max_abs: Infinity, rel_l2: Infinity, limit, ok: false, error };
}
