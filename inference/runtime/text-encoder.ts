import type { WeightSource } from '../bundle/weights.js';
import type { TextEmbedding, TextEncoder } from '../pipeline/networks.js';
import { type DType, float32 } from '../tensor.js';
import type { TextEncoderConfig } from '../wan/config.js';
import { buildTextEncoder, embeddingName, positionBuckets } from '../wan/text-encoder.js';
import { EmbeddingTable } from './embedding-table.js';
import { openSession, type Session, type SessionOptions } from './session.js';

/** Score of a key that is padding: e^score is 0. */
const absent = -1e9;

/**
 * Opens the text encoder on a device.
 * @param options.compute float32 on the CPU, bfloat16 on CUDA (Ampere or newer) if left out.
 */
export async function openTextEncoder(
  { weights, config }: { readonly weights: WeightSource; readonly config: TextEncoderConfig },
  options: SessionOptions & { readonly compute?: DType },
): Promise<TextEncoder> {
  const compute = options.compute ?? (options.device.kind === 'CUDA' ? 'bfloat16' : 'float32');
  const table = await EmbeddingTable.open(weights, embeddingName);
  try {
    return new OrtTextEncoder(config, table, await openSession(buildTextEncoder(weights, config, compute), options));
  } catch (error) {
    await table.close();
    throw error;
  }
}

class OrtTextEncoder implements TextEncoder {
  constructor(
    private readonly config: TextEncoderConfig,
    private readonly table: EmbeddingTable,
    private readonly session: Session,
  ) {}

  async encode(prompts: readonly (readonly number[])[]): Promise<TextEmbedding[]> {
    if (prompts.length === 0) return [];
    if (prompts.some((ids) => ids.length === 0)) throw new RangeError('a prompt has at least one token, </s>');
    const { width } = this.config;
    const longest = Math.max(...prompts.map((ids) => ids.length));
    const embeddings = new Float32Array(prompts.length * longest * width);
    const mask = new Float32Array(prompts.length * longest).fill(absent);
    const reads = prompts.flatMap((ids, row) => {
      mask.fill(0, row * longest, row * longest + ids.length);
      return ids.map((id, i) => {
        const start = (row * longest + i) * width;
        return this.table.read(id, embeddings.subarray(start, start + width));
      });
    });
    await Promise.all(reads);
    const { hidden } = await this.session.run({
      embeddings: float32(embeddings, [prompts.length, longest, width]),
      mask: float32(mask, [prompts.length, 1, 1, longest]),
      buckets: positionBuckets(longest, this.config),
    });
    const data = hidden?.data as Float32Array;
    return prompts.map(({ length }, row) => ({
      data: data.slice(row * longest * width, (row * longest + length) * width),
      length,
      dim: width,
    }));
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.table.close();
  }
}
