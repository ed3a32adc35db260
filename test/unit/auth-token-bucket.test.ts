import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../src/auth/token-bucket.js';

const minute = 60_000;

describe('TokenBucket', () => {
  it('gives one minute’s worth at once, then tells when there will be more', () => {
    const bucket = new TokenBucket(6, 0);
    for (let request = 0; request < 6; request += 1) expect(bucket.take(1, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBeCloseTo(10);
    expect(bucket.take(1, 4000)).toBeCloseTo(6);
    expect(bucket.take(1, 10_000)).toBe(0);
    expect(bucket.take(1, 10_000)).toBeCloseTo(10);
  });

  it('takes nothing when it refuses', () => {
    const bucket = new TokenBucket(1, 0);
    expect(bucket.take(1, 0)).toBe(0);
    for (let attempt = 0; attempt < 100; attempt += 1) bucket.take(1, 30_000);
    expect(bucket.take(1, minute)).toBe(0);
  });

  it('counts ten tenths as one', () => {
    const bucket = new TokenBucket(1, 0);
    for (let file = 0; file < 10; file += 1) expect(bucket.take(0.1, 0)).toBe(0);
    expect(bucket.take(0.1, 0)).toBeGreaterThan(0);
  });

  it('lets a debt be paid before it gives again', () => {
    const bucket = new TokenBucket(6, 0);
    bucket.debit(9, 0);
    expect(bucket.take(1, 0)).toBeCloseTo(40);
    expect(bucket.take(1, 40_000)).toBe(0);
    expect(bucket.take(1, 40_000)).toBeCloseTo(10);
  });

  it('survives a clock that is set back', () => {
    const bucket = new TokenBucket(2, minute);
    expect([bucket.take(1, minute), bucket.take(1, 0)]).toEqual([0, 0]);
    expect(bucket.take(1, 1000)).toBeGreaterThan(0);
  });

  it('never lets more through than a full bucket and the rate, and always lets through after the wait it told', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), pauses, (perMinute, gaps) => {
        const bucket = new TokenBucket(perMinute, 0);
        let now = 0;
        let admitted = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = bucket.take(1, now);
          if (wait === 0) admitted += 1;
          else {
            now += wait * 1000;
            expect(bucket.take(1, now)).toBe(0);
            admitted += 1;
          }
          expect(admitted).toBeLessThanOrEqual(perMinute + (now / minute) * perMinute + 1e-3);
        }
      }),
    );
  });
});
