import sharp from 'sharp';
import { fontFamilies, prepareFonts } from './fonts.js';

/** White letters with a dark rim, to be laid over frames: out = in · keep / 255 + light, each [height, width]. */
export interface Overlay {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly keep: Uint8Array;
  readonly light: Uint8Array;
}

/** Parts of the frame's height: a line of letters, the space below the text, the most that all lines may take. */
const letterHeight = 0.065;
const bottomMargin = 0.05;
const maxTextHeight = 0.6;
/** Chinese is not legible below it. */
const minLetterPixels = 14;
/** Part of the frame's width. */
const maxTextWidth = 0.92;

/** A text at the bottom of a frame, centred, broken where it is too wide, and smaller where it is too long. */
export async function renderOverlay(text: string, frameWidth: number, frameHeight: number): Promise<Overlay> {
  await prepareFonts(text);
  const space = Math.round(maxTextHeight * frameHeight);
  let pixels = Math.max(minLetterPixels, Math.round(letterHeight * frameHeight));
  let drawn = await draw(text, pixels, Math.floor(maxTextWidth * frameWidth));
  while ((drawn.height > space || drawn.width > frameWidth) && pixels > 6) {
    pixels = Math.max(6, Math.floor(pixels * 0.85));
    drawn = await draw(text, pixels, Math.floor(maxTextWidth * frameWidth));
  }
  const rim = Math.max(1, Math.round(pixels / 12));
  const mask = withMargin(drawn, rim);
  const shade = spread(mask, rim);
  const letters = mask.data;
  return clip(
    {
      left: Math.round((frameWidth - mask.width) / 2),
      top: Math.round(frameHeight * (1 - bottomMargin)) - mask.height,
      width: mask.width,
      height: mask.height,
      keep: shade.map((dark, i) => Math.round(((255 - dark) * (255 - (letters[i] as number))) / 255)),
      light: letters,
    },
    frameWidth,
    frameHeight,
  );
}

/** A copy of the frame, rgb24 [height, width, 3], with the text on it. */
export function layOver(frame: Uint8Array, frameWidth: number, overlay: Overlay): Uint8Array {
  const result = new Uint8Array(frame);
  for (let y = 0; y < overlay.height; y++) {
    const row = ((overlay.top + y) * frameWidth + overlay.left) * 3;
    for (let x = 0; x < overlay.width; x++) {
      const keep = overlay.keep[y * overlay.width + x] as number;
      if (keep === 255) continue;
      const light = overlay.light[y * overlay.width + x] as number;
      for (let c = 0; c < 3; c++) {
        const at = row + 3 * x + c;
        result[at] = Math.min(255, Math.round(((result[at] as number) * keep) / 255) + light);
      }
    }
  }
  return result;
}

/** How much of each pixel a letter covers: [height, width]. */
interface Mask {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

async function draw(text: string, pixels: number, width: number): Promise<Mask> {
  const escaped = text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'));
  // 72 dots an inch make points pixels; markup counts in 1024ths of a point.
  const markup = `<span font_family="${fontFamilies}" weight="600" size="${pixels * 1024}">${escaped}</span>`;
  const { data, info } = await sharp({
    text: { text: markup, width, align: 'centre', wrap: 'word-char', rgba: true, dpi: 72 },
  })
    .extractChannel('alpha')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function withMargin({ data, width, height }: Mask, margin: number): Mask {
  const wide = width + 2 * margin;
  const padded = new Uint8Array(wide * (height + 2 * margin));
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width, (y + 1) * width), (y + margin) * wide + margin);
  }
  return { data: padded, width: wide, height: height + 2 * margin };
}

/** Each pixel takes the greatest value within the radius: the letters, thicker. */
function spread({ data, width, height }: Mask, radius: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (dx * dx + dy * dy > (radius + 0.5) ** 2) continue;
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const value = data[(y + dy) * width + x + dx] as number;
          if (value > (result[y * width + x] as number)) result[y * width + x] = value;
        }
      }
    }
  }
  return result;
}

/** The part that lies in the frame: the smallest letters of a text that is far too long may still not fit. */
function clip(overlay: Overlay, frameWidth: number, frameHeight: number): Overlay {
  const left = Math.max(0, overlay.left);
  const top = Math.max(0, overlay.top);
  const width = Math.min(frameWidth, overlay.left + overlay.width) - left;
  const height = Math.min(frameHeight, overlay.top + overlay.height) - top;
  if (width === overlay.width && height === overlay.height) return overlay;
  const cut = (plane: Uint8Array): Uint8Array => {
    const part = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = (y + top - overlay.top) * overlay.width + left - overlay.left;
      part.set(plane.subarray(from, from + width), y * width);
    }
    return part;
  };
  return { left, top, width, height, keep: cut(overlay.keep), light: cut(overlay.light) };
}
