/**
 * `npm run bench`: the README's table on this machine. One server with the bundled model, a first (cold) generation, then
 * `RUNS` warm ones, all through the GraphQL API; each phase timed by the arrival of its events.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../clients/cli/server.js';
import type { ReelQL } from '../../clients/sdk/src/index.js';

const RUNS = Number(process.env.RUNS ?? 3);
const prompt = 'A red sports car speeding through a desert highway at sunset';

interface Measured {
  /** Seconds from sending the mutation. */
  readonly firstPreview: number;
  readonly total: number;
  /** Seconds spent in each phase. */
  readonly phases: Record<string, number>;
  readonly previewBytes: number[];
  readonly peakBytes: number | null;
}

async function measure(client: ReelQL, seed: number): Promise<Measured> {
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const generation = await client.generate({ prompt, settings: { seed } });
  const phases: Record<string, number> = {};
  const previewBytes: number[] = [];
  let firstPreview = Number.NaN;
  let phase = 'WAITING';
  let entered = 0;
  const enter = (next: string) => {
    if (next === phase) return;
    phases[phase] = (phases[phase] ?? 0) + since() - entered;
    phase = next;
    entered = since();
  };
  for await (const event of generation.events()) {
    if (event.__typename === 'GenerationSucceeded') enter('DONE');
    if (event.__typename !== 'GenerationProgressed') continue;
    enter(event.progress.phase);
    if (!event.progress.preview) continue;
    if (previewBytes.length === 0) firstPreview = since();
    previewBytes.push(Buffer.from(event.progress.preview.data, 'base64').length);
  }
  const total = since();
  const { usage } = await generation.result();
  return { firstPreview, total, phases, previewBytes, peakBytes: usage?.peakBytes ?? null };
}

function row(name: string, values: readonly number[], digits = 2, unit = 's'): void {
  const sorted = [...values].sort((a, b) => a - b);
  const show = (value: number | undefined) => (value ?? Number.NaN).toFixed(digits);
  const median = sorted[Math.floor(sorted.length / 2)];
  process.stdout.write(
    `${name.padEnd(34)} ${show(median).padStart(8)} ${unit}   (${show(sorted[0])} … ${show(sorted.at(-1))})\n`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'reelql-bench-'));
try {
  process.stdout.write(
    `${cpus()[0]?.model}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}\n`,
  );
  const booted = performance.now();
  await using connection = await startEmbedded({ dataDir: folder });
  row('server ready', [(performance.now() - booted) / 1000]);
  const cold = await measure(connection.client, 1);
  row('cold: mutation → first preview', [cold.firstPreview]);
  row('cold: mutation → MP4', [cold.total]);
  const warm: Measured[] = [];
  for (let i = 0; i < RUNS; i++) warm.push(await measure(connection.client, 2 + i));
  row(
    'warm: mutation → first preview',
    warm.map((m) => m.firstPreview),
  );
  row(
    'warm: mutation → MP4',
    warm.map((m) => m.total),
  );
  for (const phase of ['ENCODING_TEXT', 'DENOISING', 'DECODING', 'ENCODING_VIDEO']) {
    row(
      `  ${phase.toLowerCase().replace('_', ' ')}`,
      warm.map((m) => m.phases[phase] ?? 0),
    );
  }
  row(
    'preview',
    warm.flatMap((m) => m.previewBytes).map((bytes) => bytes / 1000),
    2,
    'kB',
  );
  row(
    'peak RSS of the executor',
    warm.map((m) => (m.peakBytes ?? Number.NaN) / 1e6),
    0,
    'MB',
  );
  row('RSS of the server', [process.memoryUsage.rss() / 1e6], 0, 'MB');
} finally {
  await rm(folder, { recursive: true, force: true });
}
