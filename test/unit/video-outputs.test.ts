import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adaptOutputs, defaultOutputs, type Outputs, outputIssues, videoFormats } from '../../src/video/outputs.js';

const frames = { width: 832, height: 480, frameCount: 33, fps: 16 };
const line = { text: '红色跑车', startSeconds: 0, endSeconds: 1 };
const crop = { x: 0, y: 0, width: 832, height: 480 };
const issues = (outputs: Partial<Outputs>) => outputIssues({ ...defaultOutputs, ...outputs }, frames);

test.each<[string, Partial<Outputs>]>([
  ['nothing special', {}],
  ['every format', { formats: videoFormats }],
  ['a crop of everything', { crop }],
  ['the smallest crop in the far corner', { crop: { x: 816, y: 464, width: 16, height: 16 } }],
  ['a subtitle of the whole video, its end rounded up', { subtitles: [{ ...line, endSeconds: 2.07 }] }],
  ['joiners, direction marks and several lines', { subtitles: [{ ...line, text: 'क्\u200dष\n\u200fשלום\n👩‍🚀' }] }],
])('%s is allowed', (_, outputs) => {
  expect(issues(outputs)).toEqual([]);
});

test.each<[Partial<Outputs>, string, string, string]>([
  [{ formats: [] }, 'formats', 'REQUIRED', 'at least one format'],
  [{ formats: ['GIF', 'GIF'] }, 'formats.1', 'UNSUPPORTED', 'GIF is there twice'],
  [{ formats: ['AVI' as never] }, 'formats.0', 'UNSUPPORTED', 'MP4_H264, WEBM_VP9, GIF, WEBP'],
  [{ crop: { ...crop, x: -2 } }, 'crop.x', 'TOO_SMALL', 'x must be a whole number from 0; -2 is not'],
  [{ crop: { ...crop, y: 0.5 } }, 'crop.y', 'TOO_SMALL', 'y must be a whole number'],
  [{ crop: { ...crop, width: 14 } }, 'crop.width', 'TOO_SMALL', 'at least 16'],
  [{ crop: { ...crop, height: 241 } }, 'crop.height', 'NOT_MULTIPLE_OF', 'height must be even; 241 is not'],
  [{ crop: { ...crop, x: 2 } }, 'crop.width', 'TOO_LARGE', 'ends at 834, outside of the video, whose width is 832'],
  [{ subtitles: Array(101).fill(line) }, 'subtitles', 'TOO_LONG', '101 subtitles; at most 100'],
  [{ subtitles: [{ ...line, text: ' \n ' }] }, 'subtitles.0.text', 'REQUIRED', 'needs a text'],
  [{ subtitles: [line, { ...line, text: 'x'.repeat(501) }] }, 'subtitles.1.text', 'TOO_LONG', '501 characters'],
  [{ subtitles: [{ ...line, text: 'a\nb\nc\nd\ne' }] }, 'subtitles.0.text', 'TOO_LONG', '5 lines'],
  [{ subtitles: [{ ...line, text: 'a\u0000b' }] }, 'subtitles.0.text', 'UNSUPPORTED', 'control characters'],
  [{ subtitles: [{ ...line, text: 'half \ud83d' }] }, 'subtitles.0.text', 'UNSUPPORTED', 'control characters'],
  [{ subtitles: [{ ...line, startSeconds: -1 }] }, 'subtitles.0.startSeconds', 'TOO_SMALL', '-1 is not'],
  [{ subtitles: [{ ...line, startSeconds: Number.NaN }] }, 'subtitles.0.startSeconds', 'TOO_SMALL', 'NaN is not'],
  [{ subtitles: [{ ...line, startSeconds: 3, endSeconds: 4 }] }, 'subtitles.0.startSeconds', 'TOO_LARGE', '2.063 s'],
  [{ subtitles: [{ ...line, endSeconds: 0 }] }, 'subtitles.0.endSeconds', 'TOO_SMALL', 'greater than startSeconds'],
  [{ subtitles: [{ ...line, endSeconds: 2.5 }] }, 'subtitles.0.endSeconds', 'TOO_LARGE', 'the video lasts 2.063 s'],
])('%j is refused at outputs.%s', (outputs, path, code, message) => {
  expect(issues(outputs)).toEqual([
    { path: ['outputs', ...path.split('.')], code, message: expect.stringContaining(message) },
  ]);
});

test('outputs of a video that is made smaller still fit, whatever they were', () => {
  const size = fc.integer({ min: 1, max: 40 }).map((n) => 32 * n);
  const format = fc.record({
    width: size,
    height: size,
    frameCount: fc.integer({ min: 0, max: 30 }).map((n) => 4 * n + 1),
    fps: fc.integer({ min: 1, max: 60 }),
  });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(format, format, part, part, part, part, (from, to, a, b, c, d) => {
      const width = Math.max(16, 2 * Math.floor((a * from.width) / 2));
      const height = Math.max(16, 2 * Math.floor((b * from.height) / 2));
      const corner = { x: Math.floor(c * (from.width - width)), y: Math.floor(d * (from.height - height)) };
      const end = (from.frameCount / from.fps) * Math.max(a, 0.001);
      const subtitles = [{ text: 'x', startSeconds: (end * b) / 2, endSeconds: end }];
      const outputs: Outputs = { ...defaultOutputs, crop: { ...corner, width, height }, subtitles };
      expect(outputIssues(outputs, from)).toEqual([]);
      expect(outputIssues(adaptOutputs(outputs, from, to), to)).toEqual([]);
    }),
  );
});
