import type { Manifest } from '../../inference/bundle/manifest.js';
import type { GenerationSettings } from '../generations/generation.js';
import { claimedCards, videoFlops } from './floor.js';
import { type Measurement, median, type Shape, shapeText } from './measurement.js';

export interface Report {
  readonly model: string;
  readonly device: string;
  /** Operations a second in large matrix products; null where that could not be measured. */
  readonly matrixRate: number | null;
  readonly measurements: readonly Measurement[];
  readonly videos: readonly VideoEstimate[];
}

/** A whole video of 25 guided steps, put together from its parts. */
export interface VideoEstimate {
  readonly shape: Shape;
  readonly steps: number;
  readonly seconds: number;
  /** What its operations take at the matrix rate. */
  readonly floorSeconds: number | null;
}

const steps = 25;

/** The videos of which every part was measured. Text, steps and decoding one after the other; no loading, no video encoding. */
export function estimateVideos(
  manifest: Manifest,
  measurements: readonly Measurement[],
  matrixRate: number | null,
): VideoEstimate[] {
  const of = (what: Measurement['what'], shape?: Shape, rows?: number) =>
    median(measurements.find((m) => m.what === what && m.shape === shape && m.rows === rows)?.seconds ?? []);
  const shapes = new Set(measurements.flatMap(({ shape }) => shape ?? []));
  return [...shapes].flatMap((shape) => {
    const seconds = of('text') + steps * of('step', shape, 2) + of('decode', shape);
    const settings: GenerationSettings = { ...manifest.defaults, ...shape, steps, guidanceScale: 5, seed: 1 };
    const floorSeconds = matrixRate === null ? null : videoFlops(settings, manifest) / matrixRate;
    return Number.isNaN(seconds) ? [] : [{ shape, steps, seconds, floorSeconds }];
  });
}

const columns = [8, 12, 5, 10, 10, 9, 9, 9, 9, 6] as const;
const header = ['what', 'size', 'rows', 'first', 'then', 'TFLOP/s', 'of matrix', 'peak GB', 'ledger GB', 'off'];

/** The report as lines of text. */
export function* reportLines(manifest: Manifest, report: Report): Generator<string> {
  yield `${report.model} on ${report.device}`;
  if (report.matrixRate !== null) yield `Large matrix products: ${tera(report.matrixRate)} TFLOP/s`;
  yield '';
  yield tableLine(header);
  for (const measurement of report.measurements) yield measurementLine(measurement, report.matrixRate);
  yield '';
  for (const { shape, seconds, floorSeconds } of report.videos) {
    const floor =
      floorSeconds === null
        ? ''
        : `; its arithmetic ${time(floorSeconds)} at the matrix rate, ×${(seconds / floorSeconds).toFixed(2)}`;
    yield `${shapeText(shape)}, ${steps} guided steps, from text to frames: ${time(seconds)}${floor}`;
  }
  yield '';
  yield* claimLines(manifest);
}

export function measurementLine(measurement: Measurement, matrixRate: number | null): string {
  const { what, component, shape, rows, firstSeconds, seconds, flops, peakBytes, predictedBytes, failure } =
    measurement;
  const start = [what, shape ? shapeText(shape) : component, rows === undefined ? '' : String(rows)];
  if (failure !== null) return `${tableLine(start)}  ${failure}`;
  const middle = median(seconds);
  const rate = flops === null ? Number.NaN : flops / middle;
  return tableLine([
    ...start,
    firstSeconds === null ? '' : time(firstSeconds),
    Number.isNaN(middle) ? '' : time(middle),
    Number.isNaN(rate) ? '' : tera(rate),
    Number.isNaN(rate) || matrixRate === null ? '' : percent(rate / matrixRate),
    peakBytes === null ? '?' : giga(peakBytes),
    predictedBytes === null ? '' : giga(predictedBytes),
    predictedBytes === null || peakBytes === null ? '' : percent(predictedBytes / peakBytes - 1),
  ]);
}

function* claimLines(manifest: Manifest): Generator<string> {
  const shape = { width: 832, height: 480, frameCount: 29 };
  const settings: GenerationSettings = { ...manifest.defaults, ...shape, steps, guidanceScale: 5, seed: 1 };
  const flops = videoFlops(settings, manifest);
  yield `Claimed elsewhere for 30 frames of 480p in 25 steps, beside what ${shapeText(shape)} takes of this model (${tera(flops)} TFLOP)`;
  yield 'at the peak of the card by its datasheet:';
  for (const { card, seconds, batch, datasheetFlops } of claimedCards) {
    const many = batch ? `, ${batch.videos} at once ${time(batch.seconds)}` : ', 2 at once: out of memory';
    const floor = time(flops / datasheetFlops);
    const manyFloor = batch ? ` and ${time((batch.videos * flops) / datasheetFlops)}` : '';
    yield `  ${card.padEnd(18)} claimed ${time(seconds)}${many}; arithmetic ${floor}${manyFloor}`;
  }
}

function tableLine(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < 2 ? cell.padEnd(columns[i] ?? 0) : cell.padStart(columns[i] ?? 0)))
    .join(' ')
    .trimEnd();
}

const tera = (number: number): string => {
  const value = number / 1e12;
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const giga = (bytes: number): string => (bytes / 1e9).toFixed(2);

const time = (seconds: number): string =>
  seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(1000 * seconds).toPrecision(3)} ms`;
