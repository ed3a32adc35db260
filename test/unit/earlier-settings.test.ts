import { expect, test } from 'vitest';
import { requestHashes } from '../../src/generations/request-hash.js';
import { standingOf } from '../../src/generations/rows.js';
import { defaultOutputs } from '../../src/video/outputs.js';
import { toyModel } from '../support/api-server.js';

const settings = { ...toyModel.defaults, seed: 1 };
/** As the database holds it of a generation that was made before guidance could be rescaled. */
const { guidanceRescale: _, ...earlier } = settings;

test('a row from before there was guidanceRescale was made without: made again, it is not the model’s default', () => {
  const row = {
    status: 'RUNNING',
    progress: {},
    lastSequence: 1,
    startedAt: null,
    webhookUrl: null,
    webhookEvents: '',
  };
  expect(standingOf({ ...row, settings: earlier }).settings).toEqual({ ...earlier, guidanceRescale: 0 });
  const rescaled = { ...earlier, guidanceRescale: 0.7 };
  expect(standingOf({ ...row, settings: rescaled }).settings).toEqual(rescaled);
  // In the order of the files' comments.
  expect(Object.keys(standingOf({ ...row, settings }).settings)).toEqual(Object.keys(settings));
});

test('without guidanceRescale it is the same request as before there was such a setting', () => {
  const request = { prompt: 'x', negativePrompt: '', outputs: defaultOutputs, batching: 'AUTO' } as const;
  const hashes = (made: typeof settings) => requestHashes({ ...request, settings: made }, 'model', null);
  expect(hashes(settings)).toEqual(hashes(earlier as typeof settings));
  expect(hashes({ ...settings, guidanceRescale: 0.7 })).not.toEqual(hashes(settings));
});
