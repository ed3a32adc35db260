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
  const wide = new Float32Array(fromHeight * width * 3);
  // Rounds and clamps what is stored in it: the interpolation overshoots at edges.
  const result = new Uint8ClampedArray(count * height * width * 3);
  for (let picture = 0; picture < count; picture++) {
    for (let y = 0; y < fromHeight; y++) {
      const row = (picture * fromHeight + y) * fromWidth * 3;
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) wide[(y * width + x) * 3 + c] = weigh(data, row + c, across, x);
      }
    }
    for (let y = 0; y < height; y++) {
      const row = (picture * height + y) * width * 3;
      for (let i = 0; i < 3 * width; i++) result[row + i] = weigh(wide, i, down, y);
    }
  }
  return result;
}

/** Of each place along one axis, the four that it is made of, as offsets, and their weights: [size, 4] each. */
interface Taps {
  readonly offsets: Int32Array;
  readonly weights: Float32Array;
}

/** @param stride between neighbours along this axis */
function taps(from: number, to: number, stride: number): Taps {
  const offsets = new Int32Array(4 * to);
  const weights = new Float32Array(4 * to);
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

function weigh(values: Uint8Array | Float32Array, from: number, { offsets, weights }: Taps, place: number): number {
  let sum = 0;
  for (let k = 4 * place; k < 4 * place + 4; k++)
    sum += (weights[k] as number) * (values[from + (offsets[k] as number)] as number);
  return sum;
}
