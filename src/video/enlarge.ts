/** Small pictures in sequence: [count, height, width, 3] bytes. */
export interface RgbFrames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Each picture by itself in a larger size, by cubic interpolation (Catmull-Rom: Keys 1981, a = -1/2), across and then down.
 * libvips takes five times as long for pictures of a few pixels, and moves them by half a pixel of the result.
 * @returns [count, height, width, 3] bytes
 */
export function enlarge(
  { data, count, width: fromWidth, height: fromHeight }: RgbFrames,
  width: number,
  height: number,
): Uint8ClampedArray {
  const across = taps(fromWidth, width, 3);
  const down = taps(fromHeight, height, 3 * width);
  const pixels = new Float32Array(data); // so that both passes read the same kind of array: twice as fast
  const wide = new Float32Array(fromHeight * width * 3);
  // Rounds and clamps what is stored in it: the interpolation overshoots at edges.
  const result = new Uint8ClampedArray(count * height * width * 3);
  for (let picture = 0; picture < count; picture++) {
    for (let y = 0; y < fromHeight; y++) {
      const row = (picture * fromHeight + y) * fromWidth * 3;
      for (let x = 0; x < width; x++) mix(pixels, row, across, x, wide, (y * width + x) * 3, 3);
    }
    for (let y = 0; y < height; y++) {
      mix(wide, 0, down, y, result, (picture * height + y) * width * 3, 3 * width);
    }
  }
  return result;
}

/** What each place along one axis of the result is made of: the offsets of four places, and their weights; [size, 4] both. */
interface Taps {
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
}

/** @param stride between neighbours along this axis */
function taps(from: number, to: number, stride: number): Taps {
  const offsets = new Int32Array(4 * to);
  const weights = new Float64Array(4 * to);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre) - 1;
    for (let k = 0; k < 4; k++) {
      // Beyond the edge lies the edge.
      offsets[4 * i + k] = stride * Math.min(from - 1, Math.max(0, first + k));
      weights[4 * i + k] = catmullRom(Math.abs(centre - first - k));
    }
  }
  return { offsets, weights };
}

function catmullRom(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Writes `length` numbers in a row, each mixed of four in `from` as one place of the taps has it. */
function mix(
  from: Float32Array,
  start: number,
  { offsets, weights }: Taps,
  place: number,
  to: Float32Array | Uint8ClampedArray,
  at: number,
  length: number,
): void {
  const i = 4 * place;
  const [a, b, c, d] = [offsets[i], offsets[i + 1], offsets[i + 2], offsets[i + 3]] as [number, number, number, number];
  const [u, v, w, z] = [weights[i], weights[i + 1], weights[i + 2], weights[i + 3]] as [number, number, number, number];
  for (let k = 0; k < length; k++) {
    const j = start + k;
    to[at + k] =
      u * (from[j + a] as number) +
      v * (from[j + b] as number) +
      w * (from[j + c] as number) +
      z * (from[j + d] as number);
  }
}
