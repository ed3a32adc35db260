/** Channel arithmetic of the parameter-free shortcuts, AvgDown3D and DupUp3D of diffusers' autoencoder_kl_wan.py. */

/**
 * The input channel behind every cell of DupUp, cells in the order (output channel, sub-frame, sub-row, sub-column).
 * @throws if the input does not repeat a whole number of times.
 */
export function dupUpSources(from: number, to: number, timeFactor: number): number[] {
  const cells = to * timeFactor * 4;
  if (cells % from !== 0) {
    throw new Error(`an up block from ${from} to ${to} channels: ${cells} cells are no multiple of ${from}`);
  }
  return Array.from({ length: cells }, (_, cell) => Math.floor((cell * from) / cells));
}

/**
 * How many cells AvgDown averages into one output channel.
 * @throws if that is no whole number.
 */
export function avgDownGroup(from: number, to: number, timeFactor: number, spaceFactor: number): number {
  const cells = from * timeFactor * spaceFactor ** 2;
  if (cells % to !== 0) {
    throw new Error(`a down block from ${from} to ${to} channels: ${cells} cells are no multiple of ${to}`);
  }
  return cells / to;
}
