/** Levels of each primary: 216 colours, which every sixel terminal holds. */
const levels = 6;

/** Bayer's 4×4 thresholds in 0..1: with 216 colours a sky would otherwise be bands. */
const thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5].map((rank) => (rank + 0.5) / 16);

/**
 * A picture as DEC sixel graphics: bands of six rows, and for each colour in a band one character a column whose bits say which
 * of the six are of it (VT330/VT340 Programmer Reference Manual, chapter 14).
 * @param rgb [height, width, 3] bytes
 */
export function sixel(rgb: Uint8Array, width: number, height: number): string {
  const palette = palettized(rgb, width, height);
  const used = [...new Set(palette)].sort((a, b) => a - b);
  const out = ['\x1bP0;1q', `"1;1;${width};${height}`, ...used.map(colorRegister)];
  for (let top = 0; top < height; top += 6) {
    const rows = Math.min(6, height - top);
    const band = palette.subarray(top * width, (top + rows) * width);
    for (const color of new Set(band)) out.push(`#${color}`, bandOf(band, color, width, rows), '$');
    out.push('-');
  }
  out.push('\x1b\\');
  return out.join('');
}

function palettized(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const palette = new Uint8Array(width * height);
  for (let i = 0; i < palette.length; i++) {
    const threshold = thresholds[(Math.floor(i / width) % 4) * 4 + ((i % width) % 4)] as number;
    const level = (channel: number) => Math.floor(((rgb[3 * i + channel] as number) / 255) * (levels - 1) + threshold);
    palette[i] = (level(0) * levels + level(1)) * levels + level(2);
  }
  return palette;
}

/** Defines a colour in per cent of red, green and blue. */
function colorRegister(color: number): string {
  const share = (level: number) => Math.round((100 * level) / (levels - 1));
  const [red, green, blue] = [Math.floor(color / levels ** 2), Math.floor(color / levels) % levels, color % levels];
  return `#${color};2;${share(red)};${share(green)};${share(blue)}`;
}

/** One colour's part of a band, runs shortened to `!count character`. */
function bandOf(band: Uint8Array, color: number, width: number, rows: number): string {
  let text = '';
  let run = 0;
  let last = -1;
  for (let x = 0; x <= width; x++) {
    let bits = x < width ? 0 : -2;
    for (let y = 0; x < width && y < rows; y++) if (band[y * width + x] === color) bits |= 1 << y;
    if (bits === last) {
      run++;
      continue;
    }
    if (last >= 0) {
      const character = String.fromCharCode(63 + last);
      text += run > 3 ? `!${run}${character}` : character.repeat(run);
    }
    last = bits;
    run = 1;
  }
  return text;
}
