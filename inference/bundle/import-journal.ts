import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ManifestFile, manifestSchema } from './manifest.js';
import { readJson } from './open-weights.js';
import { writeFileAtomically } from './staging.js';

/** What an import is made of. As long as all of it is the same, what was done of the import holds. */
export interface ImportTask {
  readonly source: string;
  readonly dtype: string | undefined;
  readonly inPlace: boolean;
  /** Real paths of the weights. */
  readonly files: readonly string[];
}

const { preview, textEncoder, denoiser, vae } = manifestSchema.shape;
/** The finished parts, as they will stand in the manifest. */
const finishedSchema = z
  .object({
    preview,
    textEncoder: textEncoder.shape.weights,
    denoiser: denoiser.shape.weights,
    vae: vae.shape.weights,
  })
  .partial();
export interface ImportedParts {
  readonly preview: ManifestFile['preview'];
  readonly textEncoder: ManifestFile['textEncoder']['weights'];
  readonly denoiser: ManifestFile['denoiser']['weights'];
  readonly vae: ManifestFile['vae']['weights'];
}

const journalName = 'journal.json';

/** Which parts of an import are finished, in a file beside them, so that an import goes on where it was interrupted. */
export class ImportJournal {
  private constructor(
    private readonly path: string,
    private readonly task: string,
    readonly finished: Partial<ImportedParts>,
  ) {}

  /** @returns undefined if the folder holds something else than an interrupted import of this task. */
  static async read(folder: string, task: ImportTask): Promise<ImportJournal | undefined> {
    const path = join(folder, journalName);
    const schema = z.object({ task: z.literal(await fingerprint(task)), finished: finishedSchema });
    const parsed = schema.safeParse(await readJson(path).catch(() => undefined));
    if (!parsed.success) return undefined;
    return new ImportJournal(path, parsed.data.task, parsed.data.finished as Partial<ImportedParts>);
  }

  static async begin(folder: string, task: ImportTask): Promise<ImportJournal> {
    const journal = new ImportJournal(join(folder, journalName), await fingerprint(task), {});
    await journal.write();
    return journal;
  }

  async record<Part extends keyof ImportedParts>(part: Part, made: ImportedParts[Part]): Promise<ImportedParts[Part]> {
    this.finished[part] = made;
    await this.write();
    return made;
  }

  /** The import is complete: the manifest says what there is. */
  remove(): Promise<void> {
    return rm(this.path);
  }

  private write(): Promise<void> {
    return writeFileAtomically(this.path, JSON.stringify({ task: this.task, finished: this.finished }));
  }
}

/** Size and time of change stand for a file's contents: reading 30 GB to compare them would take as long as the import. */
async function fingerprint({ files, ...task }: ImportTask): Promise<string> {
  const states = await Promise.all(files.map((path) => stat(path)));
  return JSON.stringify({ ...task, files: states.map(({ size, mtimeMs }, i) => [files[i], size, mtimeMs]) });
}
