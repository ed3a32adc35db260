/** Fills `noise` as `gaussianNoise` of pipeline/noise.ts says: the loop in JavaScript, which kernels/noise.cpp equals bit for bit. */
export function fillWithNoise(noise: Float32Array, seed: number, stream: number): void {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  for (let i = 0; i < noise.length; i += 4) {
    const block = i / 4;
    const bits = philox([block >>> 0, Math.floor(block / 2 ** 32), stream, 0], key);
    for (const pair of [0, 2] as const) {
      const radius = Math.sqrt(-2 * Math.log(uniform(bits[pair])));
      const angle = 2 * Math.PI * uniform(bits[pair + 1] as number);
      // Past the end of a typed array writes are ignored: the last block may be cut.
      noise[i + pair] = radius * Math.cos(angle);
      noise[i + pair + 1] = radius * Math.sin(angle);
    }
  }
}

/** 32 bits → the middle of one of 2^32 equal parts of (0, 1): never 0, whose logarithm is −∞. */
const uniform = (bits: number): number => (bits + 0.5) / 2 ** 32;

type Words = readonly [number, number, number, number];

/** Ten rounds of Philox: four 32-bit words that look random, from a counter and a key. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, a);
    const [high1, low1] = multiply(0xcd9e8d57, c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** The 64-bit product of two 32-bit words, in halves. */
function multiply(x: number, y: number): readonly [high: number, low: number] {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const middle = x1 * y0 + ((x0 * y0) >>> 16);
  const carry = (middle % 0x10000) + x0 * y1;
  const high = x1 * y1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
  return [high >>> 0, Math.imul(x, y) >>> 0];
}
