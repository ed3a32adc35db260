const maxCharacters = 60;

/**
 * What a browser calls a file that it saves: the prompt's words and the beginning of the content's hash. In ASCII
 * (`filename`, RFC 6266), and where the prompt has other letters also in those (`filename*`, RFC 8187), which browsers prefer.
 */
export function contentDisposition(
  type: 'inline' | 'attachment',
  { prompt, sha256, extension }: { readonly prompt: string; readonly sha256: string; readonly extension: string },
): string {
  const ending = `-${sha256.slice(0, 8)}.${extension}`;
  const ascii = slug(prompt.normalize('NFKD'), /[a-z0-9]+/g);
  const full = slug(prompt.normalize('NFC'), /[\p{L}\p{M}\p{N}]+/gu);
  const extended = full === ascii ? '' : `; filename*=UTF-8''${encode(full)}${ending}`;
  return `${type}; filename="${ascii}${ending}"${extended}`;
}

/** "A red car, at sunset" → a-red-car-at-sunset */
function slug(text: string, words: RegExp): string {
  const joined = (text.toLowerCase().match(words) ?? ['video']).join('-');
  // By characters, not by units: half a surrogate pair cannot be encoded.
  return [...joined].slice(0, maxCharacters).join('').replace(/-+$/, '');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
