import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawn, filmStrip } from '../../clients/cli/pictures/draw.js';
import { protocolOf } from '../../clients/cli/pictures/protocol.js';
import { sixel } from '../../clients/cli/pictures/sixel.js';

/** Answers to XTVERSION and DA1, as those terminals give them. */
const answers = {
  kitty: '\x1bP>|kitty(0.35.2)\x1b\\\x1b[?62;c',
  ghostty: '\x1bP>|ghostty 1.0.1\x1b\\\x1b[?62;22c',
  iTerm2: '\x1bP>|iTerm2 3.5.0\x1b\\\x1b[?65;1;4;22c',
  WezTerm: '\x1bP>|WezTerm 20240203\x1b\\\x1b[?65;4;6;18;22c',
  xtermWithSixel: '\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;2;4;6;22c',
  xtermWithout: '\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;2;6;22c',
  vt400: '\x1b[?4c',
  tmux: '\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c',
  silent: '',
};

describe('which pictures a terminal shows', () => {
  it.each([
    ['kitty', 'kitty'],
    ['ghostty', 'kitty'],
    ['iTerm2', 'iterm2'],
    ['WezTerm', 'iterm2'],
    ['xtermWithSixel', 'sixel'],
    ['xtermWithout', null],
    // 4 in the first place is the level, not sixel.
    ['vt400', null],
    ['tmux', null],
    ['silent', null],
  ] as const)('%s: %s', (terminal, protocol) => expect(protocolOf(answers[terminal])).toBe(protocol));
});

/** What a terminal makes of sixels: [height, width, 3] bytes. */
function decode(text: string): { rgb: Uint8Array; width: number; height: number } {
  const [, size = '', body = ''] = /^\x1bP0;1q"1;1;(\d+;\d+)(.*)\x1b\\$/s.exec(text) ?? [];
  const [width = 0, height = 0] = size.split(';').map(Number);
  const rgb = new Uint8Array(3 * width * height);
  const colors = new Map<string, number[]>();
  let [x, top, color] = [0, 0, ''];
  for (const [token] of body.matchAll(/#\d+;2;\d+;\d+;\d+|#\d+|!\d+[?-~]|[?-~]|\$|-/g)) {
    const definition = /^#(\d+);2;(\d+);(\d+);(\d+)$/.exec(token);
    if (definition)
      colors.set(
        definition[1] as string,
        definition.slice(2).map((share) => Math.round(2.55 * Number(share))),
      );
    else if (token.startsWith('#')) color = token.slice(1);
    else if (token === '$') x = 0;
    else if (token === '-') [x, top] = [0, top + 6];
    else {
      const count = token.startsWith('!') ? Number.parseInt(token.slice(1), 10) : 1;
      const bits = token.charCodeAt(token.length - 1) - 63;
      for (let end = x + count; x < end; x++) {
        for (let y = 0; y < 6; y++)
          if (bits & (1 << y)) rgb.set(colors.get(color) as number[], 3 * ((top + y) * width + x));
      }
    }
  }
  return { rgb, width, height };
}

describe('sixels', () => {
  it('show the picture, to the average of a dithered neighbourhood', async () => {
    const [width, height] = [48, 31];
    const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return Math.round([5 * x, 8 * y, 255 - 5 * x][i % 3] as number);
    });
    const shown = decode(sixel(rgb, width, height));
    expect([shown.width, shown.height]).toEqual([width, height]);
    const blurred = (data: Uint8Array) =>
      sharp(data, { raw: { width, height, channels: 3 } })
        .resize(12, 8, { kernel: 'mitchell' })
        .raw()
        .toBuffer();
    const [asked, got] = [await blurred(rgb), await blurred(shown.rgb)];
    const differences = asked.map((value, i) => Math.abs(value - (got[i] as number)));
    expect(Math.max(...differences)).toBeLessThan(24);
  });

  it('leave exact colours exact', () => {
    const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 255, 0]);
    expect(decode(sixel(rgb, 3, 2)).rgb).toEqual(rgb);
  });
});

describe('a film strip', () => {
  /** Four frames of one colour each. */
  async function preview(): Promise<Buffer> {
    const colors = ['red', 'lime', 'blue', 'white'];
    const pages = await Promise.all(
      colors.map((background) =>
        sharp({ create: { width: 32, height: 16, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    return sharp(pages, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
  }

  it('has the first and the last frame and what fits in between', async () => {
    const strip = await filmStrip(await preview(), 4, 50);
    const { data, info } = await sharp(strip).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([96, 16]);
    const middle = (frame: number) => [...data.subarray(3 * (8 * 96 + 32 * frame + 16)).subarray(0, 3)];
    expect([0, 1, 2].map(middle)).toEqual([
      [255, 0, 0],
      [0, 0, 255],
      [255, 255, 255],
    ]);
    expect((await sharp(await filmStrip(await preview(), 4, 5)).metadata()).width).toBe(32);
  });

  it('goes to kitty in chunks that it takes, to iTerm2 in one, of the height asked for', async () => {
    // Noise: a PNG that does not fit into one chunk.
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const picture = await sharp({ create: { width: 96, height: 64, channels: 3, background: 'black', noise } })
      .png()
      .toBuffer();
    const kitty = await drawn(picture, 6, 'kitty');
    const chunks = [...kitty.matchAll(/\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\/g)];
    expect(chunks.map(([whole]) => whole).join('')).toBe(kitty);
    expect(chunks.length).toBeGreaterThan(1);
    for (const [, , data] of chunks) expect((data as string).length).toBeLessThanOrEqual(4096);
    expect(chunks.map(([, keys]) => /m=(.)/.exec(keys as string)?.[1]).join('')).toMatch(/^1+0$/);
    expect(chunks[0]?.[1]).toContain('r=6,');
    const png = Buffer.from(chunks.map(([, , data]) => data).join(''), 'base64');
    expect(await sharp(png).raw().toBuffer()).toEqual(await sharp(picture).raw().toBuffer());
    expect(await drawn(picture, 6, 'iterm2')).toMatch(/^\x1b\]1337;File=inline=1;.*height=6;.*:[A-Za-z0-9+/=]+\x07$/);
  });
});
