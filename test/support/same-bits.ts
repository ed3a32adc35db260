import { expect } from 'vitest';

/** Of one type, and number for number the same to the bit. Of a hundred thousand numbers `toEqual` takes a second to say so. */
export function expectSameBits(actual: ArrayBufferView | undefined, expected: ArrayBufferView): void {
  expect(actual?.constructor).toBe(expected.constructor);
  expect(actual?.byteLength).toBe(expected.byteLength);
  const [a, b] = [bytesOf(actual as ArrayBufferView), bytesOf(expected)];
  expect(a.findIndex((byte, i) => byte !== b[i])).toBe(-1);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
