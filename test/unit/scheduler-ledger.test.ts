import { expect, test } from 'vitest';
import { Ledger } from '../../src/scheduler/ledger.js';

const gib = 2 ** 30;
const component = (model: string, name: 'textEncoder' | 'denoiser' | 'vae', bytes: number) => {
  return { model, directory: `/models/${model}`, component: name, bytes };
};

test('adds up what is loaded', () => {
  const ledger = new Ledger(24 * gib);
  ledger.loaded(component('wan', 'textEncoder', 11 * gib));
  ledger.loaded(component('wan', 'vae', gib));
  ledger.loaded(component('toy', 'vae', 2 * gib));
  expect(ledger.bytes).toBe(14 * gib);
  expect(ledger.holds('wan', 'vae')).toBe(true);
  expect(ledger.holds('wan', 'denoiser')).toBe(false);
  expect(ledger.models).toEqual(['wan', 'toy']);
  ledger.released('wan');
  expect(ledger.bytes).toBe(2 * gib);
  ledger.clear();
  expect(ledger.entries).toEqual([]);
});

test('gives up the least recently used model first, no more than it takes, and never the one asked for', () => {
  const ledger = new Ledger(20 * gib);
  for (const model of ['a', 'b', 'c']) ledger.loaded(component(model, 'denoiser', 5 * gib));
  ledger.use('a');
  // 15 used, 1.5 left to others: 3.5 fit.
  expect(ledger.toRelease('d', 3 * gib)).toEqual([]);
  expect(ledger.toRelease('d', 4 * gib)).toEqual(['b']);
  expect(ledger.toRelease('d', 9 * gib)).toEqual(['b', 'c']);
  expect(ledger.toRelease('b', 9 * gib)).toEqual(['c', 'a']);
});

test('does not take a model for loaded because it is used', () => {
  const ledger = new Ledger(gib);
  ledger.use('toy');
  expect(ledger.models).toEqual([]);
});
