import { copyFile, mkdir, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { scaleName } from '../eight-bits.js';
import { bytesPerElement, elementCount } from '../tensor.js';
import type { VaeConfig } from '../wan/config.js';
import { withAdapter } from './adapter.js';
import { type Conversion, convertWeights } from './convert-weights.js';
import {
  type Component,
  componentFolders,
  type DiffusersFolder,
  openDiffusersFolder,
  resolveFile,
} from './diffusers-folder.js';
import { expectedTensors } from './expected-tensors.js';
import { hashFile, throwIfCanceled } from './hash-file.js';
import { ImportJournal, type ImportTask } from './import-journal.js';
import { type ComponentName, componentNames, type ManifestFile, manifestSchema } from './manifest.js';
import { ModelError, systemError } from './model-error.js';
import { readModelSettings } from './model-settings.js';
import { manifestName, openBundle } from './open-bundle.js';
import { type ImportDtype, storedDtype } from './precision.js';
import type { Preset } from './presets.js';
import { createFolder, writeFileAtomically } from './staging.js';
import type { TensorLocation, WeightSource } from './weights.js';

export interface ImportProgress {
  readonly phase: 'FITTING_PREVIEW' | 'HASHING' | 'CONVERTING';
  /** What is being worked on. */
  readonly file: string;
  /** Of all weights of the model, as they lie in the source. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export type PreviewMap = ManifestFile['preview'];
export type PreviewFitter = (vae: {
  readonly weights: WeightSource;
  readonly config: VaeConfig;
}) => Promise<PreviewMap>;

export interface ImportOptions {
  /** A diffusers folder. */
  readonly source: string;
  /** The bundle's folder, which must not exist; or one that holds `source`, which then gets a bundle.json and nothing else. */
  readonly destination: string;
  readonly name: string;
  /** What to store weights in; what the source has if left out. */
  readonly dtype?: ImportDtype;
  /** Defaults of a distilled model; by the folder's own word if left out. */
  readonly preset?: Preset;
  /** safetensors of a low-rank adapter for the denoiser, see `withAdapter`; a reelql.json beside it goes over the folder's. */
  readonly adapter?: string;
  /** Whether weights that already have the right type stay where they are (default) or are copied into the bundle. */
  readonly inPlace?: boolean;
  readonly fitPreview: PreviewFitter;
  /** Of conversions: bytes after which they are sure to go on from there; 64 MiB if left out. */
  readonly checkpointBytes?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes a bundle of a diffusers folder. Everything is checked before anything is written, and the bundle appears complete or not
 * at all. Weights that have to change their type are converted in one stream; the rest stays in the source's files. An import that
 * was killed or canceled goes on where it was when it is asked for again.
 * @throws ModelError: one sentence naming file, tensor, expected and found.
 */
export async function importDiffusers(options: ImportOptions): Promise<ManifestFile> {
  const name = manifestSchema.shape.name.safeParse(options.name);
  if (!name.success) {
    throw new ModelError(
      'UNSUPPORTED',
      `"${options.name}" cannot be a model's name: up to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit`,
    );
  }
  const source = await openDiffusersFolder(options.source);
  const adapter = options.adapter === undefined ? undefined : await resolveFile(options.adapter);
  if (adapter) await withAdapter(source.denoiser.weights.source, adapter);
  const adapters = adapter ? [dirname(adapter)] : [];
  const settings = await readModelSettings(
    [source.directory, ...adapters],
    name.data,
    source.shift,
    options.preset ?? source.preset,
  );
  const destination = await realPath(options.destination);
  const plans = componentNames.map((component) => plan(source, component, options));
  const report = progressOf(plans, options.onProgress);

  const task: ImportTask = {
    source: source.directory,
    dtype: options.dtype,
    inPlace: options.inPlace ?? true,
    files: plans.flatMap((each) => each.files.map((file) => join(each.source.folder, file.name))),
  };

  const fill = async (folder: string): Promise<ManifestFile> => {
    const journal = (await ImportJournal.read(folder, task)) ?? (await ImportJournal.begin(folder, task));
    await checkSpace(folder, plans);
    report('FITTING_PREVIEW', source.vae.weights.source.folder, 0);
    const vae = { weights: source.vae.weights.source, config: source.vae.config };
    const preview = journal.finished.preview ?? (await journal.record('preview', await options.fitPreview(vae)));
    const weights = {} as Record<ComponentName, ManifestFile['vae']['weights']>;
    for (const each of plans) {
      throwIfCanceled(options.signal);
      const finished = journal.finished[each.component];
      if (finished) report(each.convert ? 'CONVERTING' : 'HASHING', each.source.folder, each.bytes);
      const make = () =>
        each.convert ? convertInto(folder, each, report, options) : hashInPlace(destination, each, report, options);
      weights[each.component] = finished ?? (await journal.record(each.component, await make()));
    }
    const manifest: ManifestFile = {
      format: 1,
      name: name.data,
      title: settings.title,
      license: settings.license,
      ...(settings.card && { card: settings.card }),
      architecture: 'wan2.2-ti2v',
      textEncoder: {
        config: source.textEncoder.rawConfig,
        weights: weights.textEncoder,
      } as ManifestFile['textEncoder'],
      denoiser: {
        config: source.denoiser.rawConfig,
        weights: weights.denoiser,
        ...(plans.some((each) => each.conversions.some(({ dtype }) => dtype === 'float8e4m3fn')) && {
          eightBits: true,
        }),
        ...(adapter && { adapter: await storeFile(adapter, 'adapter.safetensors', folder, destination, task.inPlace) }),
      } as ManifestFile['denoiser'],
      vae: { config: source.vae.rawConfig, weights: weights.vae } as ManifestFile['vae'],
      tokenizer: await storeFile(source.tokenizerFile, 'tokenizer.json', folder, destination, task.inPlace),
      preview,
      defaults: settings.defaults,
      limits: settings.limits,
      examplePrompts: settings.examplePrompts,
    };
    await writeFileAtomically(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await openBundle(folder);
    await journal.remove();
    return manifest;
  };

  if (!isInside(destination, await realPath(source.directory))) {
    const fits = async (folder: string) => (await ImportJournal.read(folder, task)) !== undefined;
    return createFolder(destination, fits, fill);
  }
  if (plans.some(({ convert }) => convert)) {
    throw new ModelError(
      'UNSUPPORTED',
      `${destination} holds the source itself: give another folder to convert weights into`,
    );
  }
  return fill(destination);
}

interface Plan {
  readonly component: ComponentName;
  readonly source: WeightSource;
  readonly files: Component<unknown>['weights']['files'];
  readonly conversions: readonly Conversion[];
  readonly convert: boolean;
  /** Of the source, that are read. */
  readonly bytes: number;
}

function plan(folder: DiffusersFolder, component: ComponentName, { dtype, inPlace = true }: ImportOptions): Plan {
  const { source, files } = folder[component].weights;
  const needed = expectedTensors[component](folder[component].config as never).keys();
  const conversions = [...needed].flatMap((tensorName): Conversion[] => {
    const tensor = source.tensors.get(tensorName) as TensorLocation;
    const scale = tensor.dtype === 'float8e4m3fn' ? [source.tensors.get(scaleName(tensorName)) as TensorLocation] : [];
    return [
      { tensor, dtype: storedDtype(component, tensor, dtype) },
      ...scale.map((each) => ({ tensor: each, dtype: each.dtype })),
    ];
  });
  const convert = !inPlace || conversions.some((each) => each.tensor.dtype !== each.dtype);
  const bytes = convert
    ? conversions.reduce((sum, { tensor }) => sum + tensor.length, 0)
    : files.reduce((sum, file) => sum + file.bytes, 0);
  return { component, source, files, conversions, convert, bytes };
}

type Report = (phase: ImportProgress['phase'], file: string, bytes: number) => void;

function progressOf(plans: readonly Plan[], onProgress: ImportOptions['onProgress']): Report {
  const bytesTotal = plans.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytesDone = 0;
  return (phase, file, bytes) => {
    bytesDone += bytes;
    onProgress?.({ phase, file, bytesDone, bytesTotal });
  };
}

async function checkSpace(folder: string, plans: readonly Plan[]): Promise<void> {
  const needed = plans
    .filter(({ convert }) => convert)
    .flatMap(({ conversions }) => conversions)
    .reduce((sum, { tensor, dtype }) => sum + elementCount(tensor.shape) * bytesPerElement[dtype], 0);
  const { bavail, bsize } = await statfs(folder);
  const missing = needed - (await bytesWithin(folder));
  if (bavail * bsize < missing) {
    const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
    throw new ModelError(
      'DISK_FULL',
      `${dirname(folder)} has ${gigabytes(bavail * bsize)} free, the converted weights take ${gigabytes(missing)}`,
    );
  }
}

/** What an interrupted import has converted before. */
async function bytesWithin(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function convertInto(
  folder: string,
  { component, source, conversions }: Plan,
  report: Report,
  { signal, checkpointBytes }: ImportOptions,
): Promise<ManifestFile['vae']['weights']> {
  const name = component === 'textEncoder' ? 'model.safetensors' : 'diffusion_pytorch_model.safetensors';
  const path = join(folder, componentFolders[component], name);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw systemError(error, 'create', dirname(path));
  }
  const written = await convertWeights(source, conversions, path, {
    onBytes: (bytes) => report('CONVERTING', source.folder, bytes),
    signal,
    resumable: true,
    ...(checkpointBytes === undefined ? {} : { checkpointBytes }),
  });
  return { folder: componentFolders[component], files: [{ name, ...written }] };
}

async function hashInPlace(
  destination: string,
  { source, files }: Plan,
  report: Report,
  { signal }: ImportOptions,
): Promise<ManifestFile['vae']['weights']> {
  const hashed: { name: string; bytes: number; sha256: string }[] = [];
  for (const { name, bytes } of files) {
    const path = join(source.folder, name);
    const sha256 = await hashFile(path, (done) => report('HASHING', path, done), signal);
    hashed.push({ name, bytes, sha256 });
  }
  return { folder: pathFrom(destination, source.folder), files: hashed };
}

/** Small beside the weights: copied, unless it is to stay where it is and moves with the bundle. */
async function storeFile(path: string, copyName: string, folder: string, destination: string, inPlace: boolean) {
  const stays = isInside(destination, path) || (inPlace && isInside(dirname(destination), path));
  const name = stays ? pathFrom(destination, path) : copyName;
  const stored = stays ? path : join(folder, name);
  try {
    if (!stays) await copyFile(path, stored);
  } catch (error) {
    throw systemError(error, 'write', stored);
  }
  let bytes = 0;
  const sha256 = await hashFile(stored, (done) => {
    bytes += done;
  });
  return { name, bytes, sha256 };
}

/** Relative where the bundle or the folder of bundles holds it, so that this can be moved; absolute elsewhere. */
function pathFrom(bundle: string, path: string): string {
  return isInside(dirname(bundle), path) ? relative(bundle, path).split(sep).join('/') : path;
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}

/** Links resolved where the path exists: weights are found by their real paths, and "inside" must mean the same for both. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
