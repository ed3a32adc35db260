import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { advance, begin, type DenoisingState, finalLatents } from '../../inference/pipeline/denoising.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { checkpointIdentity, checkpointStep, readCheckpoint, writeCheckpoint } from '../../src/execution/checkpoint.js';
import type { GenerationRequest } from '../../src/execution/protocol.js';
import { readTensorFile, sparesOf } from '../../src/execution/tensor-file.js';
import { WorkFiles } from '../../src/execution/work-files.js';
import { smallManifest } from '../support/small-manifest.js';

const folder = mkdtempSync(join(tmpdir(), 'reelql-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const manifest = manifestSchema.parse(smallManifest);
const settings = { width: 64, height: 64, frameCount: 9, fps: 8, steps: 5, guidanceScale: 5, shift: 5, seed: 7 };
const request: GenerationRequest = {
  prompt: 'a red car',
  negativePrompt: 'blurred',
  settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC' },
  firstFrame: false,
};
const identity = checkpointIdentity(manifest, request);

/** After so many steps of 5 with noise in place of velocities; later ones have the solver's whole history, the last none. */
function stateAfter(
  steps: number,
  sampler: 'UNIPC' | 'EULER' = 'UNIPC',
  firstFrame: Float32Array | null = null,
): DenoisingState {
  const shape = { channels: 2, frames: 3, height: 4, width: 4 };
  let state = begin(
    { sampler, steps: 5, shift: 5, guidanceScale: 5, seed: 1 },
    shape,
    gaussianNoise(1, 96),
    firstFrame,
  );
  for (let i = 0; i < steps; i++) {
    ({ state } = advance(state, [gaussianNoise(2 * i + 2, 96), gaussianNoise(2 * i + 3, 96)]));
  }
  return state;
}

let work: WorkFiles;
let path: string;
beforeEach(async ({ task }) => {
  work = new WorkFiles(join(folder, task.id));
  await work.prepare();
  path = work.checkpoint('a');
});

test.each([0, 1, 2, 4, 5])('a state after %i steps is read as it was written', async (steps) => {
  for (const state of [
    stateAfter(steps),
    stateAfter(steps, 'EULER'),
    stateAfter(steps, 'UNIPC', gaussianNoise(9, 32)),
  ]) {
    writeCheckpoint(path, identity, state);
    expect(await readCheckpoint(path, identity)).toEqual(state);
    expect(await checkpointStep(path, identity)).toBe(steps);
  }
});

test('what is done holds its latents, and nothing of the way there', async () => {
  const names = async (steps: number) => {
    writeCheckpoint(path, identity, stateAfter(steps));
    return Object.keys((await readTensorFile(path))?.tensors ?? {});
  };
  expect(await names(4)).toEqual(['sample', 'estimate_0', 'estimate_1', 'origin']);
  expect(await names(5)).toEqual(['sample']);
  expect(finalLatents((await readCheckpoint(path, identity)) as DenoisingState)).toEqual(stateAfter(5).sample);
});

test('with step caching it has the velocity that later steps go on from, and is never between two of them', async () => {
  const shape = { channels: 2, frames: 3, height: 4, width: 4 };
  const shortcuts = { guidanceRescale: 0.7, guidanceInterval: { start: 0, end: 0.9 }, cacheSteps: 1 };
  let state = begin({ ...stateAfter(0).settings, steps: 10, ...shortcuts }, shape, gaussianNoise(1, 96));
  const found: number[] = [];
  while (state.step < 9) {
    ({ state } = advance(state, [gaussianNoise(2, 96), gaussianNoise(3, 96)]));
    expect(state.computed).not.toBeNull();
    writeCheckpoint(path, identity, state);
    expect(await readCheckpoint(path, identity)).toEqual(state);
    found.push(await checkpointStep(path, identity));
  }
  expect(found).toEqual([1, 3, 5, 7, 9]);
});

test('what is not there, or of another model or request, counts as absent', async () => {
  expect(await readCheckpoint(path, identity)).toBeNull();
  expect(await checkpointStep(path, identity)).toBe(0);
  writeCheckpoint(path, identity, stateAfter(2));
  for (const foreign of [
    { ...identity, model: 'other' },
    { ...identity, request: 'other' },
  ]) {
    expect(await readCheckpoint(path, foreign)).toBeNull();
    expect(await checkpointStep(path, foreign)).toBe(0);
  }
  expect(await readCheckpoint(path, { model: identity.model })).not.toBeNull();
});

test('cut off anywhere, or with a bit changed, it counts as absent', async () => {
  writeCheckpoint(path, identity, stateAfter(2));
  const bytes = readFileSync(path);
  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    writeFileSync(path, bytes);
    truncateSync(path, length);
    expect(await readCheckpoint(path, identity), `${length} bytes`).toBeNull();
  }
  for (const position of [bytes.length - 1, bytes.length - 500]) {
    const changed = Buffer.from(bytes);
    changed[position] = (changed[position] as number) ^ 1;
    writeFileSync(path, changed);
    expect(await readCheckpoint(path, identity), `byte ${position}`).toBeNull();
  }
  writeFileSync(path, Buffer.alloc(bytes.length)); // what a power cut may leave
  expect(await readCheckpoint(path, identity)).toBeNull();
});

test('steps beyond the last, arrays of another size: absent', async () => {
  writeCheckpoint(path, identity, { ...stateAfter(2), step: 6 });
  expect(await readCheckpoint(path, identity)).toBeNull();
  writeCheckpoint(path, identity, {
    ...stateAfter(2),
    shape: { channels: 2, frames: 3, height: 4, width: 6 },
  });
  expect(await readCheckpoint(path, identity)).toBeNull();
});

test('the next replaces it, and is written over the last but one: never over one that has the name, or had it last', async () => {
  const places = new Set<number>();
  for (const steps of [1, 2, 3, 0, 1, 0, 5]) {
    const before = existsSync(path) ? await open(path) : null;
    const bytes = await before?.readFile();
    writeCheckpoint(path, identity, stateAfter(steps));
    expect(await readCheckpoint(path, identity)).toEqual(stateAfter(steps));
    if (before && bytes)
      expect((await before.read(Buffer.alloc(bytes.length), 0, bytes.length, 0)).buffer).toEqual(bytes);
    await before?.close();
    places.add(statSync(path).ino);
  }
  expect(places.size).toBe(2);
  expect(readdirSync(join(path, '..'))).toEqual(['a.safetensors', 'a.safetensors.partial']);
  await work.remove('a');
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test.each(['the spare one half written', 'before the new name', 'after it'])(
  'its writer is killed: %s',
  async (moment) => {
    writeCheckpoint(path, identity, stateAfter(1));
    writeCheckpoint(path, identity, stateAfter(2));
    const [spare, aside] = sparesOf(path);
    if (moment === 'the spare one half written') truncateSync(spare, 100);
    else if (moment === 'before the new name') linkSync(path, aside);
    else renameSync(spare, aside);
    expect(await checkpointStep(path, identity)).toBe(2);
    for (const steps of [3, 4, 5]) {
      const before = await open(path);
      const bytes = await before.readFile();
      writeCheckpoint(path, identity, stateAfter(steps));
      expect((await before.read(Buffer.alloc(bytes.length), 0, bytes.length, 0)).buffer).toEqual(bytes);
      await before.close();
      expect(await readCheckpoint(path, identity)).toEqual(stateAfter(steps));
    }
    expect(readdirSync(join(path, '..'))).toEqual(['a.safetensors', 'a.safetensors.partial']);
  },
);

test('its identity is what the latents depend on', () => {
  const same = { ...request, prompt: ' a  red car ', settings: { ...request.settings, fps: 24 } };
  expect(checkpointIdentity(manifest, same)).toEqual(identity);
  const unguided = { ...request, settings: { ...request.settings, guidanceScale: 1 } };
  expect(checkpointIdentity(manifest, { ...unguided, negativePrompt: 'x' })).toEqual(
    checkpointIdentity(manifest, unguided),
  );
  const others: GenerationRequest[] = [
    { ...request, prompt: 'a blue car' },
    { ...request, negativePrompt: '' },
    { ...request, firstFrame: true },
    ...(['width', 'height', 'frameCount', 'steps', 'guidanceScale', 'guidanceRescale', 'shift', 'seed'] as const).map(
      (name) => ({
        ...request,
        settings: { ...request.settings, [name]: 3 },
      }),
    ),
    { ...request, settings: { ...request.settings, sampler: 'EULER' } },
    { ...request, settings: { ...request.settings, cacheSteps: 1 } },
    { ...request, settings: { ...request.settings, guidanceInterval: { start: 0, end: 0.8 } } },
  ];
  const all = new Set(
    [identity, ...others.map((other) => checkpointIdentity(manifest, other))].map((id) => id.request),
  );
  expect(all.size).toBe(others.length + 1);
  const weights = { ...manifest.denoiser.weights, files: [{ name: 'x', bytes: 1, sha256: 'f'.repeat(64) }] };
  const retrained = { ...manifest, denoiser: { ...manifest.denoiser, weights } };
  expect(checkpointIdentity(retrained, request).model).not.toBe(identity.model);
});

test('a generation’s files: listed, handed to another, removed', async () => {
  writeCheckpoint(path, identity, stateAfter(5));
  writeFileSync(work.firstFrame('b'), '');
  writeFileSync(`${work.checkpoint('c')}.123.partial`, '');
  expect(await work.generations()).toEqual(new Set(['a', 'b']));
  await work.adopt('a', 'retry');
  await work.adopt('nobody', 'anybody');
  expect(await work.generations()).toEqual(new Set(['retry', 'b']));
  expect(await checkpointStep(work.checkpoint('retry'), identity)).toBe(5);
  await work.remove('retry');
  await work.remove('b');
  await work.prepare();
  expect(readdirSync(join(path, '..'))).toEqual([]);
  expect(await work.generations()).toEqual(new Set());
});

test('the finished latents of one that has succeeded serve any number of others, until there is no room for them', async () => {
  const pair = new WorkFiles(join(folder, 'pair'), 3 * statSync(await checkpointOf('a')).size);
  await pair.prepare();
  for (const id of ['first', 'second']) {
    writeCheckpoint(pair.checkpoint(id), identity, stateAfter(5));
    writeFileSync(pair.firstFrame(id), '');
    await pair.keepLatents(id);
  }
  expect(await pair.generations()).toEqual(new Set());
  for (const retry of ['crop', 'subtitles']) {
    await pair.adopt('first', retry);
    expect(await checkpointStep(pair.checkpoint(retry), identity)).toBe(5);
    await pair.remove(retry);
  }
  untilLaterThan(join(folder, 'pair', 'latents', 'first.safetensors'));
  for (const id of ['third', 'fourth']) {
    writeCheckpoint(pair.checkpoint(id), identity, stateAfter(5));
    await pair.keepLatents(id);
  }
  const kept = await Promise.all(['first', 'second', 'third', 'fourth'].map((id) => pair.hasLatents(id)));
  // Four are more than three: the one that was used least recently goes, and one more to make room.
  expect(kept).toEqual([false, false, true, true]);
});

/** The clock by which files are written may lag some milliseconds behind the one by which their use is noted. */
function untilLaterThan(path: string): void {
  const probe = join(folder, 'probe');
  do writeFileSync(probe, '');
  while (statSync(probe).mtimeMs <= statSync(path).mtimeMs);
}

async function checkpointOf(id: string): Promise<string> {
  writeCheckpoint(work.checkpoint(id), identity, stateAfter(5));
  return work.checkpoint(id);
}
