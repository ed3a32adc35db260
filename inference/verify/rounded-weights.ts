import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isScale } from '../bundle/check-tensors.js';
import { convertWeights } from '../bundle/convert-weights.js';
import { openSafetensors } from '../bundle/safetensors.js';
import type { WeightSource } from '../bundle/weights.js';

/**
 * Runs `use` on a copy of the weights, all of them rounded, as the reference rounds, but those in 8 bits. The copy lies in the system's temporary
 * folder and is removed afterwards.
 */
export async function* withRoundedWeights<Row>(
  source: WeightSource,
  dtype: 'float16' | 'bfloat16',
  use: (rounded: WeightSource) => AsyncGenerator<Row>,
): AsyncGenerator<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'reelql-verify-'));
  try {
    const path = join(folder, 'rounded.safetensors');
    const conversions = [...source.tensors.values()].map((tensor) => {
      const stays = tensor.dtype === 'float8e4m3fn' || isScale(source, tensor.name);
      return { tensor, dtype: stays ? tensor.dtype : dtype };
    });
    await convertWeights(source, conversions, path);
    yield* use(await openSafetensors(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
