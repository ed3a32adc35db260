import sharp from 'sharp';
import type { PictureProtocol } from './protocol.js';
import { sixel } from './sixel.js';

/** A picture as the control sequence that shows it at the cursor, `rows` lines tall. */
export async function drawn(picture: Buffer, rows: number, protocol: PictureProtocol): Promise<string> {
  switch (protocol) {
    case 'kitty':
      return kitty(await sharp(picture).png().toBuffer(), rows);
    case 'iterm2': {
      const png = await sharp(picture).png().toBuffer();
      return `\x1b]1337;File=inline=1;size=${png.length};height=${rows};preserveAspectRatio=1;doNotMoveCursor=1:${png.toString('base64')}\x07`;
    }
    case 'sixel': {
      // Sixels are pixels and lines are not: 12 is less than any usual line has, so the picture never runs into the next one.
      const { data, info } = await sharp(picture)
        .resize({ height: 12 * rows })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return sixel(data, info.width, info.height);
    }
  }
}

/** One image and one placement, replaced by every further call; q=2: the terminal does not answer; C=1: the cursor stays. */
function kitty(png: Buffer, rows: number): string {
  const chunks = png.toString('base64').match(/.{1,4096}/g) ?? [];
  return chunks
    .map((chunk, i) => {
      const first = i === 0 ? `a=T,f=100,i=7231,p=1,q=2,C=1,r=${rows},` : '';
      return `\x1b_G${first}m=${i === chunks.length - 1 ? 0 : 1};${chunk}\x1b\\`;
    })
    .join('');
}

/** Some frames of an animated preview side by side, evenly over its length: as many as fit into `columns`. */
export async function filmStrip(preview: Buffer, rows: number, columns: number): Promise<Buffer> {
  const { width = 1, height = 1, pageHeight = height, pages = 1 } = await sharp(preview, { animated: true }).metadata();
  // A cell is about twice as tall as wide.
  const columnsPerFrame = rows * 2 * (width / pageHeight);
  const count = Math.max(1, Math.min(pages, Math.floor(columns / columnsPerFrame)));
  const chosen = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (pages - 1)) / (count - 1)),
  );
  const frames = await Promise.all(chosen.map((page) => sharp(preview, { page }).png().toBuffer()));
  return count === 1
    ? (frames[0] as Buffer)
    : sharp(frames, { join: { across: count } })
        .png()
        .toBuffer();
}
