import type { Writable } from 'node:stream';

/** Where frames are put together: one at a time, and it is free again as soon as the kernel has taken them. */
let workspace = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Writes one whole, unmasked text frame (RFC 6455, 5.2) to a connection whose WebSocket is open, past ws: what all subscribers of an event
 * are sent is UTF-8 already, and goes out with each one's head in a single write. ws would flatten, measure and encode a string for each of
 * them and write it in two pieces. Frames may be mixed with those of ws as long as it sends whole messages and compresses nothing.
 *
 * @param parts the text in UTF-8, in pieces
 * @returns null where the kernel took it at once; else what resolves when it was taken, or never will be
 */
export function writeTextFrame(connection: Writable, parts: readonly Uint8Array[]): Promise<void> | null {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const size = headLength + length;
  const frame = size <= workspace.length ? workspace.subarray(0, size) : Buffer.allocUnsafeSlow(size);
  // FIN and the opcode of a text.
  frame[0] = 0x81;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = headLength;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  let tell = () => {};
  connection.write(frame, () => tell());
  // A stream counts a chunk until it has no more use for it.
  if (connection.writableLength === 0) return null;
  if (frame.buffer === workspace.buffer) workspace = Buffer.allocUnsafeSlow(workspace.length);
  return new Promise((taken) => {
    tell = taken;
  });
}
