import { decodeHTML, decodeHTMLStrict } from 'entities';
import { fixMojibake, windows1252High } from './mojibake.js';

/**
 * The cleaning of every prompt before it is tokenised. The model was trained on text cleaned this way, and token ids depend on
 * it ("，" becomes ","). Source: diffusers pipeline_wan.py, `prompt_clean`; its first step is ftfy.fix_text (6.3.1).
 *
 * Where we differ from ftfy, all of it rare in prompts: of the encodings that text may have been misread in we undo Windows-1252
 * and Latin-1 and not Windows-125x, ISO-8859-2, MacRoman and CP437; we do not guess lost bytes and lost no-break spaces;
 * entities in capitals (&EACUTE;) stay as they are; and the sign of misreading is our own, a shorter one (`mojibake.ts`).
 */
export function cleanPrompt(text: string): string {
  return collapseWhitespace(decodeHTML(decodeHTML(fixText(text))).trim());
}

function collapseWhitespace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function fixText(text: string): string {
  // Line by line, as ftfy: one broken line does not keep another from being repaired. A tag anywhere means that escapes are meant.
  let isHtml = false;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      isHtml ||= line.includes('<');
      return fixLine(line, isHtml);
    })
    .join('');
}

function fixLine(line: string, isHtml: boolean): string {
  let current = line;
  // Each step may uncover work for another, so until nothing changes. Every round shortens or normalises: it ends.
  for (;;) {
    let next = isHtml ? current : decodeHTMLStrict(current);
    next = fixMojibake(next);
    next = straighten(next);
    if (next === current) return current;
    current = next;
  }
}

function straighten(text: string): string {
  return (
    text
      // Control characters of Latin-1 were meant as Windows-1252.
      .replace(/[\u0080-\u009f]/g, (character) => windows1252High[character.charCodeAt(0) - 0x80] as string)
      .replace(ligature, (character) => ligatures[character] as string)
      .replace(fullOrHalfWidth, (character) => (character === '\u3000' ? ' ' : character.normalize('NFKC')))
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(/\r\n|[\r\u2028\u2029\u0085]/g, '\n')
      .replace(loneSurrogate, '\ufffd')
      .replace(terminalEscape, '')
      .replace(controlCharacters, '')
      .normalize('NFC')
  );
}

const terminalEscape = /\u001b\[[\d;]*[a-zA-Z]/g;

/** Not for text: ASCII controls but tab, line feed, form feed and return, Arabic shaping controls, byte order mark, annotations. */
const controlCharacters = /[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

const loneSurrogate = /\p{Surrogate}/gu;

const fullOrHalfWidth = /[\u3000\uff01-\uffef]/g;

const ligatures: Readonly<Record<string, string>> = {
  ĳ: 'ij',
  Ĳ: 'IJ',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  '\ufb00': 'ff',
  '\ufb01': 'fi',
  '\ufb02': 'fl',
  '\ufb03': 'ffi',
  '\ufb04': 'ffl',
  '\ufb05': 'ſt',
  '\ufb06': 'st',
};
const ligature = new RegExp(`[${Object.keys(ligatures).join('')}]`, 'g');
