import { execFileSync } from 'node:child_process';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Generation } from '../../clients/sdk/src/index.js';
import { snippet, snippetKinds } from '../../clients/studio/src/state/snippets.js';

const generation = {
  prompt: `It's "red", $HOME \\ and\n雪`,
  negativePrompt: 'blur',
  modelName: 'toy',
  model: { id: 'model_toy', name: 'toy' },
  settings: {
    width: 64,
    height: 32,
    frameCount: 5,
    fps: 8,
    steps: 4,
    guidanceScale: 1.5,
    guidanceRescale: 0,
    sampler: 'EULER',
    shift: 3,
    seed: 9,
    guidanceInterval: { start: 0.1, end: 0.8 },
    cacheSteps: 2,
  },
  outputs: { formats: ['GIF', 'MP4_H264'], crop: { x: 2, y: 4, width: 32, height: 16 }, subtitles: [] },
  firstFrame: null,
} as unknown as Generation;
const url = 'http://localhost:4000';

test('a shell passes on what was asked for, whatever is in the prompt', () => {
  const command = snippet('cli', generation, url).replace('reelql', `printf '%s\\0'`);
  const words = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\0');
  expect(words.slice(0, 2)).toEqual(['generate', generation.prompt]);
  expect(words).toEqual(
    expect.arrayContaining(['--crop', '32x16+2+4', '--format', 'gif,mp4', '--seed', '9', '--server', url]),
  );
  // Said though it is off: a model may rescale where it is left out.
  expect(words).toEqual(expect.arrayContaining(['--guidance', '1.5', '--guidance-rescale', '0']));
  expect(words).toEqual(expect.arrayContaining(['--guidance-interval', '0.1-0.8', '--cache-steps', '2']));
});

test('GraphQL parses, and its variables are the input', () => {
  const text = snippet('graphql', generation, url);
  expect(() => parse(text)).not.toThrow();
  const variables = JSON.parse(
    text.slice(text.indexOf('# Variables:')).replace('# Variables:', '').replace(/^# /gm, ''),
  );
  expect(variables.input).toMatchObject({
    prompt: generation.prompt,
    settings: { seed: 9, guidanceRescale: 0, cacheSteps: 2 },
    modelId: 'model_toy',
  });
});

test('Python has its own names, and every kind the prompt', () => {
  expect(snippet('python', generation, url)).toContain('"guidance_scale": 1.5');
  expect(snippet('typescript', generation, url)).toContain('guidanceScale: 1.5');
  for (const kind of snippetKinds) expect(snippet(kind, generation, url)).toContain('雪');
});
