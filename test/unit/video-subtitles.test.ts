import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { subtitleFrames, textAt } from '../../src/video/frames.js';
import { layOver, type Overlay, renderOverlay } from '../../src/video/text-overlay.js';

// Fonts are unpacked into a folder that goes with the process; vitest ends its processes before they can tidy up.
const folder = mkdtempSync(join(tmpdir(), 'reelql-subtitles-'));
vi.stubEnv('TMPDIR', folder);
afterAll(() => rmSync(folder, { recursive: true }));

/** Width and height of what is drawn. */
function ink({ light, width }: Overlay): { width: number; height: number } {
  const drawn = [...light.keys()].filter((i) => (light[i] as number) > 100);
  const xs = drawn.map((i) => i % width);
  const ys = drawn.map((i) => Math.floor(i / width));
  const extent = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return { width: extent(xs), height: extent(ys) };
}

// A letter without a font is drawn as a box, about as high as wide: these are far from that.
test.each([
  ['Chinese', '一', 'flat'],
  ['Japanese', 'ー', 'flat'],
  ['Korean', 'ㅡ', 'flat'],
  ['Latin', '—', 'flat'],
  ['Greek', 'Ι', 'tall'],
  ['Cyrillic', 'І', 'tall'],
  ['Arabic', 'ا', 'tall'],
  ['Hebrew', 'ן', 'tall'],
  ['Thai', 'เ', 'tall'],
  ['Devanagari', '।', 'tall'],
  ['emoji', '➖', 'flat'],
])('%s has a font', async (_, text, shape) => {
  const { width, height } = ink(await renderOverlay(text, 640, 640));
  if (shape === 'flat') expect(width).toBeGreaterThan(3 * height);
  else expect(height).toBeGreaterThan(2 * width);
});

test('flags and emoji with variation selectors are one letter', async () => {
  const width = async (text: string) => ink(await renderOverlay(text, 640, 640)).width;
  const one = await width('🚀');
  for (const text of ['🇨🇳', '❤️']) expect(await width(text)).toBeLessThan(1.3 * one);
});

test('a text stands at the bottom, centred, and what is in it is no markup', async () => {
  const plain = await renderOverlay('a <b>&amp; b', 416, 240);
  expect(plain.left + plain.width / 2).toBeCloseTo(208, -1);
  expect(plain.top + plain.height).toBe(228);
  const shorter = await renderOverlay('a &amp; b', 416, 240);
  expect(ink(shorter).width).toBeLessThan(ink(plain).width);
});

test.each([
  ['many words', 'word '.repeat(100), 416, 240],
  ['one endless word', 'w'.repeat(500), 416, 240],
  ['a paragraph of Chinese', '红色跑车在日落时的海边驰骋速度很快'.repeat(29), 256, 160],
  ['a tiny frame', 'Anything at all', 16, 16],
])('%s stays inside of the frame', async (_, text, width, height) => {
  const overlay = await renderOverlay(text, width, height);
  expect(Math.min(overlay.left, overlay.top)).toBeGreaterThanOrEqual(0);
  expect(overlay.left + overlay.width).toBeLessThanOrEqual(width);
  expect(overlay.top + overlay.height).toBeLessThanOrEqual(height);
  expect(overlay.keep.length).toBe(overlay.width * overlay.height);
});

test('letters are white with a dark rim, and nothing else changes', async () => {
  const grey = new Uint8Array(200 * 100 * 3).fill(128);
  const overlay = await renderOverlay('I', 200, 100);
  const result = layOver(grey, 200, overlay);
  expect([...grey].every((value) => value === 128)).toBe(true);
  const at = (x: number, y: number): number[] => [...result.subarray((y * 200 + x) * 3, (y * 200 + x) * 3 + 3)];
  const row = overlay.top + Math.round(overlay.height / 2);
  const values = Array.from({ length: 200 }, (_, x) => at(x, row)[0] as number);
  expect(Math.max(...values)).toBeGreaterThan(240);
  expect(Math.min(...values)).toBeLessThan(80);
  expect(values[0]).toBe(128);
  expect(at(100, 5)).toEqual([128, 128, 128]);
});

test('each frame has what is said while it is shown', async () => {
  const subtitles = [
    { text: 'first', startSeconds: 0.25, endSeconds: 0.5 },
    { text: ' second ', startSeconds: 0.4, endSeconds: 1 },
  ];
  expect([0, 0.25, 0.45, 0.5, 1].map((seconds) => textAt(subtitles, seconds))).toEqual([
    '',
    'first',
    'first\nsecond',
    'second',
    '',
  ]);
  async function* black(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 8; i++) yield new Uint8Array(64 * 64 * 3);
  }
  const written: boolean[] = [];
  const options = { width: 64, height: 64, fps: 8, subtitles: subtitles.slice(0, 1) };
  for await (const frame of subtitleFrames(black(), options)) written.push(frame.some((value) => value > 0));
  expect(written).toEqual([false, false, true, true, false, false, false, false]);
});
