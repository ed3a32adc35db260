import { describe, expect, it } from 'vitest';
import { OperationIds } from '../../src/api/operation-ids.js';

describe('the operations of a socket', () => {
  it('are told apart where they follow each other under one id', () => {
    const operations = new OperationIds();
    const [first, second] = [{}, {}];
    operations.begin('1', first);
    expect(operations.isPast('1', first)).toBe(false);
    operations.begin('1', second);
    expect([operations.isPast('1', first), operations.isPast('1', second)]).toEqual([true, false]);
    operations.end('1', first);
    expect(operations.isPast('1', second)).toBe(false);
    operations.end('1', second);
    expect(operations.size).toBe(0);
  });

  it('count until they have ended, whoever has taken their id', () => {
    const operations = new OperationIds();
    const payloads = Array.from({ length: 50 }, () => ({}));
    for (const payload of payloads) operations.begin('same', payload);
    expect(operations.size).toBe(50);
    for (const payload of payloads) operations.end('same', payload);
    expect(operations.size).toBe(0);
  });
});
