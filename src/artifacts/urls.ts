import type { Artifact } from '../generations/generation.js';

const extensions: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
};

export function extensionOf(mimeType: string): string {
  return extensions[mimeType] ?? 'bin';
}

/** Named by its content, so that it may be cached for ever. */
export function artifactPath({ sha256, mimeType }: Pick<Artifact, 'sha256' | 'mimeType'>): string {
  return `/artifacts/${sha256}.${extensionOf(mimeType)}`;
}

/** The picture of one event of one generation: neither ever changes. */
export function previewPath(generationId: string, sequence: number, mimeType: string): string {
  return `/previews/${generationId}/${sequence}.${extensionOf(mimeType)}`;
}

/** A picture that somebody sent. */
export function uploadPath({ id, mimeType }: { readonly id: string; readonly mimeType: string }): string {
  return `/uploads/${id}.${extensionOf(mimeType)}`;
}
