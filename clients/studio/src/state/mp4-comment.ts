/**
 * The comment in an MP4's tags (moov/udta/meta/ilst/©cmt, ISO 14496-12 and QuickTime's metadata), where ReelQL writes how the video was
 * made. Only the file's index is read, wherever it lies; the pictures are not.
 */
export async function commentOfMp4(file: Blob): Promise<string | null> {
  for (let at = 0; at + 8 <= file.size; ) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    const box = boxAt(head, 0, file.size - at);
    if (!box) return null;
    if (box.type === 'moov') {
      if (box.size > maxIndexBytes) return null;
      return commentOfIndex(new DataView(await file.slice(at + box.header, at + box.size).arrayBuffer()));
    }
    at += box.size;
  }
  return null;
}

/** That of an hour of video takes less. */
const maxIndexBytes = 32 * 2 ** 20;

interface Box {
  readonly type: string;
  /** Bytes of the whole box, header and all. */
  readonly size: number;
  readonly header: number;
}

/** Null where there is no whole box. @param room bytes up to the end of what holds it */
function boxAt(bytes: DataView, at: number, room: number): Box | null {
  if (at + 8 > bytes.byteLength) return null;
  const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => bytes.getUint8(at + offset)));
  const short = bytes.getUint32(at);
  if (short === 1 && at + 16 > bytes.byteLength) return null;
  // 1: the size follows as 64 bits; 0: up to the end.
  const header = short === 1 ? 16 : 8;
  const size = short === 1 ? Number(bytes.getBigUint64(at + 8)) : short === 0 ? room : short;
  return size >= header && size <= room ? { type, size, header } : null;
}

/** What the first box of this type holds. @param skip bytes in front of the boxes */
function child(parent: DataView | null, type: string, skip = 0): DataView | null {
  if (!parent) return null;
  for (let at = skip; ; ) {
    const box = boxAt(parent, at, parent.byteLength - at);
    if (!box) return null;
    if (box.type === type) {
      return new DataView(parent.buffer, parent.byteOffset + at + box.header, box.size - box.header);
    }
    at += box.size;
  }
}

/** `meta` has a version and flags in front of its boxes, and `data` a type and a language in front of its text. */
function commentOfIndex(moov: DataView): string | null {
  const tags = child(child(child(moov, 'udta'), 'meta'), 'ilst', 4);
  const data = child(child(tags, '\u00a9cmt'), 'data');
  if (!data || data.byteLength < 8) return null;
  return new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset + 8, data.byteLength - 8));
}
