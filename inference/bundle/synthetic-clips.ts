import type { PixelChunk } from '../pipeline/networks.js';

/** Uniform numbers in [0, 1), the same for the same seed: Mulberry32 (Tommy Ettinger). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Rgb = readonly [number, number, number];
/** Colour at a place and time, all in 0..1; undefined where the layer is transparent. */
type Layer = (x: number, y: number, t: number) => Rgb | undefined;

/**
 * A clip that has a little of what videos have, for fitting a preview map: a gradient that turns slowly, coloured shapes that
 * move, and soft noise of several scales. Pixels in [-1, 1], [3, frames, height, width].
 */
export function syntheticClip(frames: number, height: number, width: number, random: () => number): PixelChunk {
  const layers = [noise(random), ...Array.from({ length: 4 }, () => movingShape(random)), gradient(random)];
  const plane = frames * height * width;
  const data = new Float32Array(3 * plane);
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = [x / width, y / height, t / Math.max(frames, 2)] as const;
        const [texture, ...opaque] = layers as [Layer, ...Layer[]];
        const colour = first(opaque, ...at);
        const grain = texture(...at) as Rgb;
        for (let c = 0; c < 3; c++) {
          const brightness = (colour[c] as number) + (grain[c] as number);
          data[c * plane + (t * height + y) * width + x] = Math.min(1, Math.max(0, brightness)) * 2 - 1;
        }
      }
    }
  }
  return { data, frames, height, width };
}

function first(layers: readonly Layer[], x: number, y: number, t: number): Rgb {
  for (const layer of layers) {
    const colour = layer(x, y, t);
    if (colour) return colour;
  }
  return [0, 0, 0];
}

const colour = (random: () => number): Rgb => [random(), random(), random()];

function gradient(random: () => number): Layer {
  const [from, to] = [colour(random), colour(random)];
  const [angle, turn] = [random() * 2 * Math.PI, random() - 0.5];
  return (x, y, t) => {
    const a = angle + turn * t;
    const mix = Math.min(1, Math.max(0, 0.5 + (x - 0.5) * Math.cos(a) + (y - 0.5) * Math.sin(a)));
    return [0, 1, 2].map((c) => (from[c] as number) * (1 - mix) + (to[c] as number) * mix) as unknown as Rgb;
  };
}

function movingShape(random: () => number): Layer {
  const fill = colour(random);
  const [cx, cy, vx, vy] = [random(), random(), random() - 0.5, random() - 0.5];
  const [rx, ry, round] = [0.05 + 0.25 * random(), 0.05 + 0.25 * random(), random() < 0.5];
  return (x, y, t) => {
    const [dx, dy] = [(x - cx - vx * t) / rx, (y - cy - vy * t) / ry];
    const inside = round ? dx * dx + dy * dy < 1 : Math.abs(dx) < 1 && Math.abs(dy) < 1;
    return inside ? fill : undefined;
  };
}

/** Sum of smoothed random grids of 2, 8 and 32 cells, ±0.1 each and in every colour. */
function noise(random: () => number): Layer {
  const grids = [2, 8, 32].map((cells) => ({
    cells,
    values: Float32Array.from({ length: 3 * (cells + 1) ** 2 }, () => 0.2 * (random() - 0.5)),
  }));
  return (x, y) =>
    [0, 1, 2].map((c) =>
      grids.reduce((sum, { cells, values }) => {
        const [u, v] = [x * cells, y * cells];
        const [i, j] = [Math.floor(u), Math.floor(v)];
        const at = (col: number, row: number) => values[(c * (cells + 1) + row) * (cells + 1) + col] as number;
        const top = at(i, j) * (1 - u + i) + at(i + 1, j) * (u - i);
        const bottom = at(i, j + 1) * (1 - u + i) + at(i + 1, j + 1) * (u - i);
        return sum + top * (1 - v + j) + bottom * (v - j);
      }, 0),
    ) as unknown as Rgb;
}
