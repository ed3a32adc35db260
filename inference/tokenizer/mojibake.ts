/**
 * The characters of Windows-1252 for the bytes 0x80 to 0x9f; the five it leaves undefined stay control characters.
 * A table of our own: Node 20's TextDecoder reads Windows-1252 as Latin-1.
 */
export const windows1252High =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
const byteOfCharacter = new Map([...windows1252High].map((character, i) => [character, 0x80 + i]));

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What UTF-8 looks like when read as Latin-1 or Windows-1252 and could hardly be meant: Ã or Â before a symbol (é, ü, °), two
 * Greek or Cyrillic letters, or a lead of three or four bytes before as many symbols (’, —, 中, emoji). A single two-byte
 * sequence with another lead is no sign: “CAFÉ…” holds one.
 */
const tail = `[\u0080-\u00bf${windows1252High}]`;
const sign = new RegExp(`[ÂÃ]${tail}|(?:[ÎÏÐÑ]${tail}){2}|[à-ï]${tail}{2}|[ð-ô]${tail}{3}`);
const sequences = new RegExp(`(?:[Â-ß]${tail}|[à-ï]${tail}{2}|[ð-ô]${tail}{3})+`, 'g');

/**
 * Undoes text that was UTF-8 and was read as Windows-1252 or Latin-1, as often as it happened: "cafÃ© â€” dash" → "café — dash".
 * The whole text where all of it is valid UTF-8 when undone, else the sequences in it that are.
 */
export function fixMojibake(text: string): string {
  let current = text;
  while (sign.test(current)) {
    const next = undo(current) ?? current.replace(sequences, (run) => (sign.test(run) ? (undo(run) ?? run) : run));
    if (next === current) break;
    current = next;
  }
  return current;
}

function undo(text: string): string | undefined {
  const bytes = encodeWindows1252(text);
  if (!bytes) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function encodeWindows1252(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  let i = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const byte = byteOfCharacter.get(character) ?? code;
    if (byte > 0xff) return undefined;
    bytes[i++] = byte;
  }
  return bytes.subarray(0, i);
}
