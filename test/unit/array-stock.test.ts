import { expect, it } from 'vitest';
import { ArrayStock } from '../../inference/array-stock.js';

it('gives each array once, of the length that is asked for', () => {
  const stock = new ArrayStock();
  const given = new Set<Float32Array>();
  for (let round = 0; round < 5; round++) {
    for (const length of [8, 8, 16, 8]) {
      const array = stock.take(length);
      expect(array).toHaveLength(length);
      expect(given.has(array)).toBe(false);
      given.add(array.fill(round));
    }
    stock.fill();
    stock.fill();
    // One more than there are in stock.
    expect(stock.take(16)).toHaveLength(16);
  }
});

it('has what was taken in the last round ready, and nothing else', () => {
  const stock = new ArrayStock();
  const made: number[] = [];
  class Counted extends Float32Array {
    constructor(length: number) {
      super(length);
      made.push(length);
    }
  }
  const original = globalThis.Float32Array;
  const during = (work: () => void): number[] => {
    globalThis.Float32Array = Counted as unknown as typeof Float32Array;
    try {
      work();
    } finally {
      globalThis.Float32Array = original;
    }
    return made.splice(0);
  };
  stock.take(8);
  stock.take(8);
  stock.take(16);
  expect(during(() => stock.fill())).toEqual([8, 8, 16]);
  expect(during(() => [8, 8, 16].map((length) => stock.take(length)))).toEqual([]);
  stock.fill();
  stock.take(8);
  expect(during(() => stock.fill())).toEqual([]);
  expect(during(() => [8, 8, 16].map((length) => stock.take(length)))).toEqual([8, 16]);
});
