import { describe, expect, it } from 'vitest';
import { HmacLinks, type Verdict } from '../../src/artifacts/links.js';
import { HandClock } from '../support/hand-clock.js';

const path = `/artifacts/${'a'.repeat(64)}.mp4`;

function setUp(lifetime = 3600) {
  const clock = new HandClock();
  const links = new HmacLinks(Buffer.alloc(32, 7), lifetime, clock);
  const verify = (link: string): Verdict => {
    const [at = '', query] = link.split('?');
    return links.verify(at, Object.fromEntries(new URLSearchParams(query)));
  };
  return { clock, links, verify };
}

describe('a signed link', () => {
  it('holds for its owner, for at least half and at most the whole lifetime', () => {
    const { clock, links, verify } = setUp();
    for (const seconds of [0, 1, 1799, 1, 1234]) {
      clock.pass(seconds);
      const verdict = verify(links.sign(path, 'key-1'));
      expect(verdict).toMatchObject({ keyId: 'key-1' });
      const { secondsLeft } = verdict as { secondsLeft: number };
      expect(secondsLeft).toBeGreaterThan(1800 - 1e-6);
      expect(secondsLeft).toBeLessThanOrEqual(3600);
    }
  });

  it('is the same for a while, so that caches find it again', () => {
    const { clock, links } = setUp();
    const first = links.sign(path, 'key-1');
    clock.pass(1799);
    expect(links.sign(path, 'key-1')).toBe(first);
    clock.pass(1);
    expect(links.sign(path, 'key-1')).not.toBe(first);
  });

  it('expires', () => {
    const { clock, links, verify } = setUp();
    const link = links.sign(path, null);
    clock.pass(3599.9);
    expect(verify(link)).toMatchObject({ keyId: null });
    clock.pass(0.1);
    expect(verify(link)).toBe('expired');
  });

  it('is forged as soon as anything of it is changed, also where it has expired', () => {
    const { clock, links, verify } = setUp();
    const link = links.sign(path, 'key-1');
    const changes: [RegExp | string, string][] = [
      ['aaaa.mp4', 'aaab.mp4'],
      [/expires=\d/, 'expires=9'],
      ['key=key-1', 'key=key-2'],
      ['&key=key-1', ''],
      [/signature=./, 'signature=!'],
      [/&signature=.*/, ''],
      [/expires=\d+&/, ''],
      [/expires=\d+/, 'expires=NaN'],
      [/$/, 'x'],
    ];
    const verdicts = () => changes.map(([from, to]) => verify(link.replace(from, to)));
    expect(verdicts()).toEqual(changes.map(() => 'forged'));
    clock.pass(7200);
    expect(verdicts()).toEqual(changes.map(() => 'forged'));
    const other = new HmacLinks(Buffer.alloc(32, 8), 3600, clock);
    expect(verify(other.sign(path, 'key-1'))).toBe('forged');
  });

  it('is missing where there is none, and forged where parameters are repeated', () => {
    const { links } = setUp();
    expect(links.verify(path, {})).toBe('unsigned');
    expect(links.verify(path, { download: '' })).toBe('unsigned');
    expect(links.verify(path, { expires: ['1', '2'], signature: ['a', 'b'] })).toBe('forged');
  });
});
