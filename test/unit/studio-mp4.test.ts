import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commentOfMp4 } from '../../clients/studio/src/state/mp4-comment.js';
import { draftOfRecipe, recipeOf } from '../../clients/studio/src/state/recipe.js';
import { encodeVideo } from '../../src/video/encode-video.js';
import { findFfmpeg } from '../../src/video/ffmpeg.js';

const guidance = { guidanceScale: 4.5, guidanceRescale: 0.7 };
const settings = { width: 64, height: 32, frameCount: 5, fps: 8, steps: 9, shift: 3, ...guidance };
const facts = { model: 'toy', prompt: 'Ein Fuchs 🦊 – “quoted”', negativePrompt: '模糊', ...settings };
const metadata = { software: 'ReelQL', ...facts, sampler: 'EULER', seed: 9007199254740991 };

test('what the server writes into an MP4 comes back as the draft that makes it again', async () => {
  const draft = draftOfRecipe(recipeOf((await commentOfMp4(await written())) ?? '') as never, [
    { id: 'model_toy', name: 'toy' },
  ]);
  expect(draft).toMatchObject({
    prompt: facts.prompt,
    negativePrompt: '模糊',
    modelId: 'model_toy',
    seed: metadata.seed,
  });
  expect(draft.settings).toEqual({ ...settings, sampler: 'EULER' });
});

test('how steps were left out comes back too', () => {
  const shortcuts = { guidanceInterval: { start: 0, end: 0.8 }, cacheSteps: 2 };
  const recipe = recipeOf(JSON.stringify({ ...metadata, ...shortcuts }));
  expect(recipe?.settings).toEqual({ ...settings, sampler: 'EULER', ...shortcuts });
});

test('a file from before guidance could be rescaled was made without', () => {
  const { guidanceRescale: _, ...earlier } = metadata;
  expect(recipeOf(JSON.stringify(earlier))?.settings.guidanceRescale).toBe(0);
});

test('files of others, broken ones and no files say nothing', async () => {
  const whole = new Uint8Array(await (await written()).arrayBuffer());
  const foreign = whole.slice();
  foreign[foreign.findIndex((_, at) => String.fromCharCode(...foreign.subarray(at, at + 4)) === 'ilst')] = 0x78;
  for (const bytes of [foreign, whole.subarray(0, 40), new Uint8Array(0), new Uint8Array(64), new Uint8Array([1, 2])]) {
    expect(await commentOfMp4(new Blob([new Uint8Array(bytes)]))).toBeNull();
  }
  // Cut anywhere it neither hangs nor throws.
  for (let length = 0; length < whole.length; length += 97) {
    await commentOfMp4(new Blob([new Uint8Array(whole.subarray(0, length))]));
  }
});

test('an index behind the pictures, and sizes of 64 bits', async () => {
  const bytes = new Uint8Array(await (await written()).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const boxes: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) boxes.push(bytes.slice(at, at + view.getUint32(at)));
  const name = (box: Uint8Array) => String.fromCharCode(...box.subarray(4, 8));
  const moov = boxes.find((box) => name(box) === 'moov') as Uint8Array<ArrayBuffer>;
  const wide = new Uint8Array(16);
  new DataView(wide.buffer).setUint32(0, 1);
  wide.set(new TextEncoder().encode('mdat'), 4);
  new DataView(wide.buffer).setBigUint64(8, 1016n);
  expect(await commentOfMp4(new Blob([wide, new Uint8Array(1000), moov]))).toBe(JSON.stringify(metadata));
});

test.each(['', '{', 'null', '[]', '{"software":"Other"}', '{"software":"ReelQL","prompt":"x"}'])(
  'a comment that is no recipe: %s',
  (comment) => expect(recipeOf(comment)).toBeNull(),
);

async function written(): Promise<Blob> {
  const folder = mkdtempSync(join(tmpdir(), 'reelql-studio-'));
  try {
    const path = join(folder, 'video.mp4');
    const frames = async function* () {
      for (let i = 0; i < settings.frameCount; i++)
        yield new Uint8Array(settings.width * settings.height * 3).fill(i * 40);
    };
    const { width, height, fps } = settings;
    const files = [{ format: 'MP4_H264', path }] as const;
    await encodeVideo({ frames: frames(), width, height, fps, metadata, files }, { ffmpeg: (await findFfmpeg()).path });
    return new Blob([readFileSync(path)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
