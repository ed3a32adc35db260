/** A picture file that cannot be read; the message is fit for its sender. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}
