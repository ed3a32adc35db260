/** Whether busboy, which reads multipart forms, found that a body is none. Its errors are told apart by their words only. */
export function isMalformedForm(error: unknown): boolean {
  return error instanceof Error && /^(Multipart: |Malformed |Unexpected end of )/.test(error.message);
}
