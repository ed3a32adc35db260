import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBundle, verifyHashes } from '../../inference/bundle/open-bundle.js';
import { inJson } from '../support/mutate-model.js';
import { plainEnvironment } from '../support/plain-environment.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const set = at('../fixtures/wan-micro-set');
const micro = join(set, 'wan-micro');

let models: string;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'reelql-models-'));
});
afterEach(() => rm(models, { recursive: true }));

function start(...args: string[]) {
  return spawn(process.execPath, [at('../../dist/clients/cli/main.js'), 'models', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...plainEnvironment(), REELQL_MODELS_DIR: models },
  });
}

/** Runs `reelql models …` to its end. */
async function run(...args: string[]): Promise<{ code: number; lines: string[]; errors: string }> {
  const child = start(...args);
  const errors: string[] = [];
  child.stderr.on('data', (text) => errors.push(String(text)));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const [code] = (await once(child, 'close')) as [number];
  return { code, lines, errors: errors.join('') };
}

describe('reelql models', () => {
  it('shows the card of a model, and which there are where the name is wrong', async () => {
    const { lines } = await run('show', 'toy-fast');
    const { card } = JSON.parse(await readFile(at('../../inference/models/toy/diffusers/reelql.json'), 'utf8'));
    expect(Object.keys(card)).toHaveLength(4);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ title: 'Toy world in four steps', card });
    expect(await run('show', 'toi')).toMatchObject({ code: 1, errors: expect.stringContaining('toy, toy-fast') });
  });

  it('imports with JSON lines in a pipe, fits a preview, and lists the model', async () => {
    const imported = await run('import', micro, '--name', 'micro', '--dtype', 'fp16');
    expect(imported).toMatchObject({ code: 0, errors: '' });
    const lines = imported.lines.map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ phase: 'FITTING_PREVIEW', bytesDone: 0 });
    expect(lines.at(-2)).toMatchObject({ phase: 'CONVERTING', bytesDone: lines[0].bytesTotal });
    expect(lines.at(-1)).toEqual({ name: 'micro', directory: join(models, 'micro') });

    const bundle = await openBundle(join(models, 'micro'));
    await verifyHashes(bundle);
    expect(bundle.manifest.preview.matrix).toHaveLength(48);
    expect(bundle.manifest.preview.matrix.flat().every((value) => Number.isFinite(value) && value !== 0)).toBe(true);

    const listed = await run('list');
    expect(listed.lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ name: 'micro', license: 'not stated', directory: join(models, 'micro') }),
    );
    const [shown] = (await run('show', 'micro')).lines;
    expect(JSON.parse(shown ?? '')).toMatchObject({ name: 'micro', license: 'not stated', defaults: { width: 832 } });
    expect(JSON.parse(shown ?? '').card).toBeUndefined();
  });

  it('says what is wrong in one sentence and exits 1', async () => {
    expect(await run('import', '/nowhere', '--name', 'x')).toEqual({
      code: 1,
      lines: [],
      errors: 'Cannot read /nowhere/model_index.json: it does not exist\n',
    });
    const { code, errors } = await run('import', micro, '--name', 'x', '--dtype', 'int8');
    expect([code, errors]).toEqual([1, '--dtype must be fp16 or fp32 or fp8, not "int8"\n']);
    expect(await readdir(models)).toEqual([]);
  });

  it('leaves no model after Ctrl-C, and goes on from there', async () => {
    const child = start('import', micro, '--name', 'micro', '--dtype', 'fp16');
    // The first line comes before the preview is fitted, which takes a while.
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect((await run('list')).lines.join()).not.toContain('micro');
    expect(await run('import', micro, '--name', 'micro', '--dtype', 'fp16')).toMatchObject({ code: 0, errors: '' });
    expect(await readdir(models)).toEqual(['micro']);
  });

  it('verifies: a row a case, exit code 0 if all hold and 1 if one does not', async () => {
    const good = await run('verify', micro, '--reference', join(set, 'ref'), '--json');
    expect(good).toMatchObject({ code: 0, errors: '' });
    const rows = good.lines.map((line) => JSON.parse(line));
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.find((row) => row.case === 'denoiser/b1_scalar_t')).toEqual({
      case: 'denoiser/b1_scalar_t',
      max_abs: expect.any(Number),
      rel_l2: expect.any(Number),
      limit: { max_abs: 1e-4, rel_l2: 2e-5 },
      ok: true,
    });

    const mutated = join(models, 'mutated');
    await cp(micro, mutated, { recursive: true });
    await inJson('text_encoder/config.json', () => ({ layer_norm_epsilon: 1e-3 }))(mutated);
    const bad = await run('verify', mutated, '--reference', join(set, 'ref'), '--only', 'tables,textEncoder');
    expect(bad.code).toBe(1);
    expect(bad.lines.some((line) => /^FAIL text encoder\/64 /.test(line))).toBe(true);
    expect(bad.lines.at(-1)).toBe('7 of 10 cases hold');
  });
});
