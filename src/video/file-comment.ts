import { type FileHandle, open, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { VideoFormat } from './outputs.js';

/**
 * Puts a text into a finished file where ffmpeg has not done so: MP4 and WebM have tags, which it writes; GIF and WebP have
 * places for a text, which it does not know. Both are appended.
 * @throws Error if the file is none of its format
 */
export async function writeComment(path: string, format: VideoFormat, text: string): Promise<void> {
  if (format === 'GIF') await appendGifComment(path, text);
  if (format === 'WEBP') await appendWebpXmp(path, xmp(text));
}

/** A comment extension (GIF89a, section 24) in front of the trailer: blocks of at most 255 bytes, each after its length. */
async function appendGifComment(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255);
    blocks.push(Buffer.of(block.length), block);
  }
  await edit(path, async (file, size) => {
    const trailer = Buffer.alloc(1);
    await file.read(trailer, 0, 1, size - 1);
    if (trailer[0] !== 0x3b) throw new Error(`${path} does not end like a GIF.`);
    await file.write(Buffer.concat([Buffer.of(0x21, 0xfe), ...blocks, Buffer.of(0, 0x3b)]), 0, undefined, size - 1);
  });
}

/** In the header of the extended format: bit 2 of its flags says that XMP follows. */
const webpFlagsAt = 20;
const xmpFlag = 0x04;

/** An XMP chunk at the end (RIFF container of WebP), its flag in the header, and the file's new size. */
async function appendWebpXmp(path: string, packet: string): Promise<void> {
  const xmpChunk = riffChunk('XMP ', Buffer.from(packet));
  await edit(path, async (file, size) => {
    const start = Buffer.alloc(webpFlagsAt + 1);
    await file.read(start, 0, start.length, 0);
    if (start.toString('latin1', 8, 12) !== 'WEBP') throw new Error(`${path} is no WebP.`);
    if (start.toString('latin1', 12, 16) !== 'VP8X') return extendStill(file, path, xmpChunk);
    await file.write(xmpChunk, 0, undefined, size);
    start.writeUInt32LE(size + xmpChunk.length - 8, 4);
    start.writeUInt8(start.readUInt8(webpFlagsAt) | xmpFlag, webpFlagsAt);
    await file.write(start, 0, undefined, 0);
  });
}

/** A video of one frame comes in the simple format: it gets the header of the extended one, which is all that differs. */
async function extendStill(file: FileHandle, path: string, xmpChunk: Buffer): Promise<void> {
  const still = await readFile(path);
  const { width, height } = await sharp(still).metadata();
  const header = Buffer.alloc(10);
  header.writeUInt8(xmpFlag, 0);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const chunks = [riffChunk('VP8X', header), still.subarray(12), xmpChunk];
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  await file.write(riffChunk('RIFF', body), 0, undefined, 0);
}

/** Name, length, content, and a byte to make the length even. */
function riffChunk(name: string, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(payload.length, 4);
  return Buffer.concat([header, payload, Buffer.alloc(payload.length % 2)]);
}

async function edit(path: string, work: (file: FileHandle, size: number) => Promise<void>) {
  const file = await open(path, 'r+');
  try {
    await work(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function xmp(text: string): string {
  const escaped = text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'));
  return (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>' +
    `<rdf:li xml:lang="x-default">${escaped}</rdf:li>` +
    '</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
  );
}
