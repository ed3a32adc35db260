export const inputIssueCodes = [
  'REQUIRED',
  'TOO_SMALL',
  'TOO_LARGE',
  'TOO_LONG',
  'NOT_MULTIPLE_OF',
  'UNSUPPORTED',
] as const;
export type InputIssueCode = (typeof inputIssueCodes)[number];

/** One thing wrong with an input: where, in words that say what is allowed, and for programs. */
export interface InputIssue {
  readonly path: readonly string[];
  readonly message: string;
  readonly code: InputIssueCode;
}
