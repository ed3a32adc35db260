import { parseArgs } from 'node:util';

/** One line of a section's result. */
export interface Row {
  readonly what: string;
  readonly value: string;
  /** Whether what was wanted came true; left out where nothing was. */
  readonly met?: boolean;
  /** The numbers behind it. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** As JSON, one a line: what a section that is ended half-way has said so far is kept. */
export function report(row: Row): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

export interface SectionOptions {
  /** Ids as `reelql doctor` lists them; `cpu` for a rehearsal. */
  readonly devices: readonly string[];
  /** Directory of the bundle to measure. */
  readonly bundle: string;
  /** Empty, for everything that is written. */
  readonly folder: string;
  /** What else the section wants to be told. */
  readonly rest: readonly string[];
}

export function sectionOptions(): SectionOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { devices: { type: 'string' }, bundle: { type: 'string' }, folder: { type: 'string' } },
  });
  const { devices, bundle, folder } = values;
  if (!devices || !bundle || !folder) throw new Error('--devices, --bundle and --folder are wanted');
  return { devices: devices.split(','), bundle, folder, rest: positionals };
}

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
