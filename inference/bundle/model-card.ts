import { z } from 'zod';

const text = z.string().trim().min(1).max(4000);

/** What a model is, for the people who choose one. Plain text, blank lines between paragraphs; what nobody has said is left out. */
export const modelCardSchema = z.strictObject({
  /** What it is, in one or two sentences. */
  description: text.optional(),
  /** What it is for, and what it is not for. */
  intendedUse: text.optional(),
  /** What it was trained on. */
  trainingData: text.optional(),
  /** What it cannot do or does badly, and the risks of using it. */
  limitations: text.optional(),
});
export type ModelCard = z.output<typeof modelCardSchema>;
