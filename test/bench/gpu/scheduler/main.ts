/**
 * The scheduler on GPUs: each section a process of its own with a time limit, so that one which crashes or hangs costs itself
 * only. Prints rows as they come, then all as a table; `--out FILE` keeps them as JSON lines.
 *
 *     node dist/test/bench/gpu/scheduler/main.js --only SECTIONS [--big BUNDLE] [--devices cuda-0,cuda-1] [--out FILE] [--small]
 *
 * Sections for one GPU:   curve-toy, curve, ballast-12, ballast-16, ballast-24, out-of-memory, kills, kills-big,
 *                         whole, image, whole-720p (one video from its submission to the MP4; they want ffmpeg)
 * for two or more:        many-gpus (throughput on 1, 2, 4 … of them, and guidance split over two)
 *
 * `--big` is a bundle of the 5B's size: node dist/test/bench/gpu/make-5b.js FOLDER --dtype fp16 --bundle big
 * For a rehearsal without a GPU: --devices cpu (cpu,cpu for the sections of several) --small
 * --patience 5, any small bundle as --big.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Row } from './report.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    big: { type: 'string', default: '' },
    toy: { type: 'string', default: 'inference/models/toy' },
    devices: { type: 'string', default: 'cuda-0' },
    out: { type: 'string' },
    small: { type: 'boolean', default: false },
    /** Of the time limits: for a machine that is busy with other things. */
    patience: { type: 'string', default: '1' },
  },
});
const { big, toy, small } = values;

interface Section {
  readonly module: string;
  readonly bundle: string;
  readonly rest?: readonly string[];
  readonly seconds: number;
}

const size = small ? 'small' : 'usual';
const sections: Readonly<Record<string, Section>> = {
  'curve-toy': { module: 'curve', bundle: toy, rest: small ? ['2', '1'] : [], seconds: 60 },
  curve: { module: 'curve', bundle: big, rest: small ? ['2', '1'] : [], seconds: 120 },
  'ballast-12': { module: 'ballast', bundle: big, rest: small ? ['12', '1'] : ['12'], seconds: 90 },
  'ballast-16': { module: 'ballast', bundle: big, rest: small ? ['16', '1'] : ['16'], seconds: 120 },
  'ballast-24': { module: 'ballast', bundle: big, rest: small ? ['24', '1'] : ['24'], seconds: 90 },
  'out-of-memory': { module: 'out-of-memory', bundle: big, rest: [size], seconds: 90 },
  kills: { module: 'kills', bundle: toy, seconds: 90 },
  'kills-big': { module: 'kills', bundle: big, rest: small ? ['10'] : ['20'], seconds: 90 },
  whole: { module: 'whole', bundle: big, rest: [size], seconds: 120 },
  image: { module: 'whole', bundle: big, rest: [size, 'picture'], seconds: 60 },
  'whole-720p': { module: 'whole', bundle: big, rest: [small ? 'small' : '720p'], seconds: 420 },
  'many-gpus': { module: 'many-gpus', bundle: big, rest: [size], seconds: 240 },
};

const rows: (Row & { readonly section: string })[] = [];
function add(section: string, row: Row): void {
  rows.push({ section, ...row });
  const mark = row.met === undefined ? '      ' : row.met ? 'met   ' : 'MISSED';
  const facts = row.facts ? ` ${JSON.stringify(row.facts)}` : '';
  process.stdout.write(`${mark} ${section}: ${row.what}: ${row.value}${facts}\n`);
  if (values.out) appendFileSync(values.out, `${JSON.stringify({ section, ...row })}\n`);
}

async function play(name: string, { module, bundle, rest = [], seconds }: Section): Promise<void> {
  if (bundle === '') return add(name, { what: 'not run', value: 'it wants --big' });
  const folder = mkdtempSync(join(tmpdir(), 'reelql-gpu-'));
  const script = fileURLToPath(new URL(`./${module}.js`, import.meta.url));
  const args = [script, '--devices', values.devices, '--bundle', bundle, '--folder', folder, ...rest];
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 1000 * seconds * Number(values.patience),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<string | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  for await (const line of createInterface({ input: child.stdout })) add(name, JSON.parse(line) as Row);
  const failure = await ended;
  const took = `${((performance.now() - begun) / 1000).toFixed(0)} s`;
  if (failure === null) add(name, { what: 'took', value: took });
  else add(name, { what: 'did not come to its end', value: `${failure} after ${took}`, met: false });
  rmSync(folder, { recursive: true, force: true });
}

const names = values.only?.split(',') ?? Object.keys(sections);
for (const name of names) {
  const section = sections[name];
  if (!section) throw new Error(`There is no section "${name}". Here are: ${Object.keys(sections).join(', ')}.`);
  await play(name, section);
}
process.stdout.write('\n| section | | | |\n|---|---|---|---|\n');
for (const { section, what, value, met } of rows) {
  process.stdout.write(`| ${section} | ${what} | ${value} | ${met === undefined ? '' : met ? 'met' : 'missed'} |\n`);
}
process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;
