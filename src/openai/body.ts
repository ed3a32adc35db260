import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../auth/caller.js';
import type { UploadStore } from '../uploads/upload-store.js';
import { OpenAiError } from './error.js';

/** Form fields are texts, JSON has numbers: both will do. */
const number = z.coerce.number();

const bodySchema = z.object({
  model: z.string().optional(),
  /** As OpenAI's: never empty. GraphQL takes an empty one. */
  prompt: z.string().refine((text) => text.trim() !== '', 'Say what the video shows'),
  seconds: number.positive().max(600).optional(),
  size: z
    .string()
    .regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'WIDTHxHEIGHT is expected, such as 1280x720')
    .optional(),
  /** A picture sent along, as an object where it is not a file of the form. */
  input_reference: z.object({ file_id: z.string().optional(), image_url: z.string().optional() }).optional(),
  // Beyond OpenAI's, by the names that other servers of open models give them.
  negative_prompt: z.string().optional(),
  seed: number.int().nonnegative().optional(),
  fps: number.int().positive().optional(),
  num_inference_steps: number.int().positive().optional(),
  guidance_scale: number.nonnegative().optional(),
  flow_shift: number.positive().optional(),
  guidance_rescale: number.min(0).max(1).optional(),
  // Nobody else has a name for these two.
  guidance_interval: z.object({ start: number.default(0), end: number.default(1) }).optional(),
  cache_steps: number.int().nonnegative().optional(),
});

export type VideoBody = Omit<z.output<typeof bodySchema>, 'input_reference'> & {
  readonly firstFrameUploadId: string | null;
};

/**
 * What POST /v1/videos was sent, as JSON or as a form, its picture already kept.
 * @throws OpenAiError; UnusablePicture, TooLarge
 */
export async function readBody(request: FastifyRequest, caller: Caller, uploads: UploadStore): Promise<VideoBody> {
  const { fields, uploadId } = request.isMultipart()
    ? await readForm(request, caller, uploads)
    : { fields: request.body, uploadId: null };
  const parsed = bodySchema.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join('.') || null;
    throw new OpenAiError(400, `${param ?? 'The body'}: ${issue?.message}.`, 'invalid_value', { param });
  }
  const { input_reference: reference, ...body } = parsed.data;
  const firstFrameUploadId = uploadId ?? (reference ? await resolveReference(reference, caller, uploads) : null);
  return { ...body, firstFrameUploadId };
}

async function readForm(
  request: FastifyRequest,
  caller: Caller,
  uploads: UploadStore,
): Promise<{ fields: Record<string, unknown>; uploadId: string | null }> {
  const fields: Record<string, unknown> = {};
  let uploadId: string | null = null;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      if (part.fieldname !== 'input_reference') throw unexpectedFile(part.fieldname);
      uploadId = (await uploads.create(caller, part.file)).id;
    } else {
      // Clients write an object as `input_reference[file_id]`.
      const [, name = part.fieldname, key] = /^(\w+)\[(\w+)\]$/.exec(part.fieldname) ?? [];
      fields[name] = key ? { ...(fields[name] as object | undefined), [key]: part.value } : part.value;
    }
  }
  return { fields, uploadId };
}

async function resolveReference(
  { file_id, image_url }: { file_id?: string | undefined; image_url?: string | undefined },
  caller: Caller,
  uploads: UploadStore,
): Promise<string> {
  const param = 'input_reference';
  if (file_id !== undefined) return file_id.replace(/^upload_/, '');
  const [, data] = /^data:[\w/+.-]+;base64,(.*)$/s.exec(image_url ?? '') ?? [];
  if (data !== undefined) return (await uploads.create(caller, Readable.from([Buffer.from(data, 'base64')]))).id;
  const message = 'Send the picture as a file, as a data URL, or as the file_id that POST /uploads has answered.';
  throw new OpenAiError(400, message, 'unsupported_reference', { param });
}

function unexpectedFile(param: string): OpenAiError {
  return new OpenAiError(400, `A file is expected as input_reference only, and not as ${param}.`, 'invalid_value', {
    param,
  });
}
