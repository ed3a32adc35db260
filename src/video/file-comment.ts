import { open } from 'node:fs/promises';
import type { VideoFormat } from './outputs.js';

/**
 * Puts a text into a finished file where ffmpeg has not done so: MP4 and WebM have tags, which it writes; GIF and WebP have
 * places for a text, which it does not know. Both are appended, so nothing is moved.
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
  const payload = Buffer.from(packet);
  const header = Buffer.alloc(8);
  header.write('XMP ', 'latin1');
  header.writeUInt32LE(payload.length, 4);
  const chunk = Buffer.concat([header, payload, Buffer.alloc(payload.length % 2)]);
  await edit(path, async (file, size) => {
    const start = Buffer.alloc(webpFlagsAt + 1);
    await file.read(start, 0, start.length, 0);
    if (start.toString('latin1', 8, 16) !== 'WEBPVP8X') throw new Error(`${path} is no WebP of the extended format.`);
    await file.write(chunk, 0, undefined, size);
    start.writeUInt32LE(size + chunk.length - 8, 4);
    start.writeUInt8(start.readUInt8(webpFlagsAt) | xmpFlag, webpFlagsAt);
    await file.write(start, 0, undefined, 0);
  });
}

async function edit(path: string, work: (file: Awaited<ReturnType<typeof open>>, size: number) => Promise<void>) {
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
