import { expect, test } from 'vitest';
import { contentDisposition } from '../../src/artifacts/content-disposition.js';

const named = (prompt: string) =>
  contentDisposition('inline', { prompt, sha256: '0123456789abcdef', extension: 'mp4' });
/** What a browser takes: filename* where there is one (RFC 8187), else filename. */
const saved = (prompt: string): string => {
  const header = named(prompt);
  const [, extended] = /filename\*=UTF-8''([^;]*)/.exec(header) ?? [];
  return extended ? decodeURIComponent(extended) : (/filename="([^"]*)"/.exec(header)?.[1] ?? '');
};

test.each([
  ['A red car, at sunset!', 'a-red-car-at-sunset-01234567.mp4'],
  ['红色跑车 at night', '红色跑车-at-night-01234567.mp4'],
  ['Ein „Café“ in Köln', 'ein-café-in-köln-01234567.mp4'],
  ['हिन्दी', 'हिन्दी-01234567.mp4'],
  ['!!! ???', 'video-01234567.mp4'],
  ['../../etc/passwd', 'etc-passwd-01234567.mp4'],
])('%s is saved as %s', (prompt, name) => {
  expect(saved(prompt)).toBe(name);
});

test('it is a header whatever the prompt holds', () => {
  for (const prompt of [
    'a"b\\c\r\nset-cookie: x',
    '𝒳'.repeat(200),
    "it's (a) *star*",
    'x'.repeat(10_000),
    '\u{1f680}',
  ]) {
    const header = named(prompt);
    expect(header).toMatch(/^inline; filename="[a-z0-9-]+\.mp4"(; filename\*=UTF-8''[A-Za-z0-9%._~-]+\.mp4)?$/);
    expect(header.length).toBeLessThan(900);
  }
});
