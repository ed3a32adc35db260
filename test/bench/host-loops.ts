/**
 * The loops over a sample's numbers that a device waits for, for 832×480×29 frames: in JavaScript, and in C++ where `reelql kernels` was
 * run. In turns, each after a pause in which other memory is written, as between two steps. Median, least and most of so many rounds.
 *
 *     node dist/test/bench/host-loops.js [ROUNDS]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Arithmetic, inJavaScript, inLibrary, type WeightedSum } from '../../inference/arithmetic.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';

const rounds = Number(process.argv[2] ?? 30);
const library = builtKernelLibrary();
const forms: [string, Arithmetic][] = [['JavaScript', inJavaScript]];
if (library !== null) forms.push(['C++', inLibrary(library)]);

const count = 48 * 8 * 30 * 52;
const noise = (seed: number): Float32Array => {
  const array = new Float32Array(count);
  inJavaScript.fillWithNoise(array, seed, 0);
  return array;
};
const [conditional, unconditional, sample, before, earlier, origin] = [
  noise(0),
  noise(1),
  noise(2),
  noise(3),
  noise(4),
  noise(5),
];
const [velocity, x0, corrected, next] = [noise(6), noise(7), noise(8), noise(9)];
const sum = (result: Float32Array, ...terms: WeightedSum['terms']): WeightedSum => ({ result, terms });
/** Of a guided step of UniPC's second order. */
const solver = [
  sum(velocity, [5, conditional], [-4, unconditional]),
  sum(x0, [1, sample], [-0.7, velocity]),
  sum(corrected, [0.9, origin], [0.1, before], [0.2, earlier], [-0.2, x0]),
  sum(next, [0.9, corrected], [0.2, x0], [-0.1, before]),
];
const loops: Readonly<Record<string, (form: Arithmetic) => unknown>> = {
  "a step's four sums": ({ weightedSums }) => weightedSums(solver),
  'moments of two predictions': ({ momentsOf }) => momentsOf(conditional, unconditional),
  'whether all are finite': ({ allFinite }) => allFinite(next),
  noise: ({ fillWithNoise }) => fillWithNoise(next, 7, 0),
};

const other = new Float64Array(2 ** 23);
for (const [what, loop] of Object.entries(loops)) {
  const times = forms.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, form]] of forms.entries()) {
      other.fill(round);
      await pause(60);
      const begun = performance.now();
      loop(form);
      times[i]?.push(performance.now() - begun);
    }
  }
  for (const [i, [name]] of forms.entries()) {
    const sorted = (times[i] as number[]).sort((a, b) => a - b);
    const [median, least, most] = [rounds >> 1, 0, rounds - 1].map((at) => sorted[at]?.toFixed(2));
    console.log(`${count} numbers, ${what}, ${name}: ${median} ms (${least} … ${most})`);
  }
}
