import type { Http } from './http.js';

/** A picture on the server. */
export interface Upload {
  /** For `firstFrameUploadId`. */
  readonly id: string;
  readonly url: string;
  readonly mimeType: string;
  readonly bytes: number;
  /** Of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly createdAt: string;
  /** It is removed then, unless a generation refers to it. */
  readonly expiresAt: string;
}

export async function uploadPicture(
  http: Http,
  picture: Blob | Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Upload> {
  // What it is, the server sees in the bytes.
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await http.file('/uploads', { method: 'POST', headers, body: picture, signal });
  return (await response.json()) as Upload;
}
