import type { Manifest, ModelLimits } from '../../inference/bundle/manifest.js';
import type { Device } from '../execution/devices.js';
import type { GenerationSettings } from '../generations/generation.js';
import type { Ledger, Need } from './ledger.js';
import {
  decoderPeak,
  denoiserPeak,
  encoderPeak,
  loadedBytes,
  type PeakUnit,
  textEncoderPeak,
  weightsBytes,
} from './memory-model.js';
import type { Fit } from './ports.js';
import { mostRows } from './work.js';

/** A device as far as memory goes. */
export interface DeviceMemoryView {
  readonly kind: Device['kind'];
  readonly ledger: Pick<Ledger, 'peaks' | 'capacityBytes' | 'reservedBytes'>;
}

/** The field's smallest useful video, 320×240×15, in the models' grid. Nothing is made smaller than this to fit. */
const smallest = { area: 320 * 256, frameCount: 17 };

function withWeights(unit: PeakUnit, manifest: Manifest, kind: Device['kind']): Need {
  const { component } = unit;
  const bytes = loadedBytes(manifest, component, kind);
  return { ...unit, bytes, weightsBytes: weightsBytes(manifest, component, kind) };
}

/** What a generation's text and its decoding need on a device. */
export function codecNeeds(settings: GenerationSettings, manifest: Manifest, kind: Device['kind']): Need[] {
  const units = [textEncoderPeak(manifest, kind), decoderPeak(settings, manifest, kind)];
  return units.map((unit) => withWeights(unit, manifest, kind));
}

/** A denoising step of so many rows. */
export function stepNeed(settings: GenerationSettings, manifest: Manifest, kind: Device['kind'], rows: number): Need {
  return withWeights(denoiserPeak(settings, manifest, kind, rows), manifest, kind);
}

/** The picture that the video begins with. */
export function pictureNeed(settings: GenerationSettings, manifest: Manifest, kind: Device['kind']): Need {
  return withWeights(encoderPeak(settings, manifest, kind), manifest, kind);
}

/** Rows of a step that a device computes at once: all of them, or, where they would not fit with all else released, one by one. */
export function rowsAtOnce(
  settings: GenerationSettings,
  manifest: Manifest,
  { kind, ledger }: DeviceMemoryView,
  rows: number,
): number {
  return totalBytes(stepNeed(settings, manifest, kind, rows), ledger) <= ledger.capacityBytes
    ? rows
    : Math.min(1, rows);
}

/** The most that any unit of it needs, weights included: components may be loaded one at a time. */
export function peakBytes(settings: GenerationSettings, manifest: Manifest, device: DeviceMemoryView): number {
  const rows = rowsAtOnce(settings, manifest, device, mostRows(settings));
  const needs = [...codecNeeds(settings, manifest, device.kind), stepNeed(settings, manifest, device.kind, rows)];
  return Math.ceil(Math.max(...needs.map((need) => totalBytes(need, device.ledger))));
}

function totalBytes(need: Need, { peaks }: DeviceMemoryView['ledger']): number {
  return need.bytes + peaks.predict(need).bytes;
}

/**
 * Whether any device can compute it with everything else released, and if none can, the largest settings that one of them can.
 * @param devices at least one
 */
export function fitOn(devices: readonly DeviceMemoryView[], settings: GenerationSettings, manifest: Manifest): Fit {
  const room = (device: DeviceMemoryView, wanted: GenerationSettings): number =>
    device.ledger.capacityBytes - peakBytes(wanted, manifest, device);
  const closest = devices.reduce((a, b) => (room(b, settings) > room(a, settings) ? b : a));
  if (room(closest, settings) >= 0) return { fits: true };
  const { ledger } = closest;
  return {
    fits: false,
    requiredBytes: peakBytes(settings, manifest, closest) + ledger.reservedBytes,
    availableBytes: ledger.capacityBytes + ledger.reservedBytes,
    largest: largestThat((wanted) => devices.some((device) => room(device, wanted) >= 0), settings, manifest.limits),
  };
}

/**
 * Of all sizes of about the same aspect and all lengths, down to the smallest, the one that keeps most of what it keeps least
 * of: neither a long video of stamps nor a large one that is over at once. Then most pixels in all.
 */
export function largestThat(
  fits: (settings: GenerationSettings) => boolean,
  settings: GenerationSettings,
  limits: Pick<ModelLimits, 'sizeMultiple' | 'frameMultiple'>,
): GenerationSettings | null {
  const { frameMultiple } = limits;
  const candidates = sizes(settings, limits.sizeMultiple).flatMap((size) => {
    return lengths(settings.frameCount, frameMultiple).map((frameCount) => ({ ...size, frameCount }));
  });
  const share = (kept: Candidate) => {
    const area = (kept.width * kept.height) / (settings.width * settings.height);
    return { least: Math.min(area, kept.frameCount / settings.frameCount), all: area * kept.frameCount };
  };
  const better = (a: Candidate, b: Candidate): number => share(b).least - share(a).least || share(b).all - share(a).all;
  const found = candidates.sort(better).find((candidate) => fits({ ...settings, ...candidate }));
  return found ? { ...settings, ...found } : null;
}

type Size = Pick<GenerationSettings, 'width' | 'height'>;
type Candidate = Size & Pick<GenerationSettings, 'frameCount'>;

/** Every multiple of the longer side, and of the shorter the one nearest to the aspect; both no larger than asked for. */
function sizes({ width, height }: Size, multiple: number): Size[] {
  const [long, short] = width >= height ? [width, height] : [height, width];
  const found: Size[] = [];
  for (let side = long; side > 0; side -= multiple) {
    const other = Math.min(short, Math.max(multiple, multiple * Math.round((side * short) / long / multiple)));
    if (side * other < Math.min(smallest.area, width * height)) break;
    found.push(width >= height ? { width: side, height: other } : { width: other, height: side });
  }
  return found;
}

function lengths(asked: number, multiple: number): number[] {
  const found: number[] = [];
  for (let frames = asked; frames >= Math.min(asked, smallest.frameCount); frames -= multiple) found.push(frames);
  return found;
}
