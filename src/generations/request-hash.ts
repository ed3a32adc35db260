import { inputHash } from './idempotency.js';
import type { NewGeneration } from './record.js';

type Decisive = Pick<NewGeneration, 'prompt' | 'negativePrompt' | 'settings' | 'outputs' | 'batching'>;

/**
 * What a generation is recognised by: sha256 over all that decides the bytes of its video, with and without the seed. Another
 * import of the same weights is the same model, and a model that was replaced under its old name is not. Batching counts,
 * since who asks for SOLO wants bits that no neighbour in a batch had a part in.
 * @param firstFrame sha256 of the picture
 */
export function requestHashes(
  { prompt, negativePrompt, settings, outputs, batching }: Decisive,
  modelHash: string,
  firstFrame: string | null,
): { requestHash: string; seedlessHash: string } {
  const { seed, guidanceRescale, ...rest } = settings;
  // Without it, it is the same request as before there was such a setting.
  const decisive = { ...rest, guidanceRescale: guidanceRescale || undefined };
  const seedless = { modelHash, prompt, negativePrompt, settings: decisive, outputs, batching, firstFrame };
  return { requestHash: inputHash({ ...seedless, seed }), seedlessHash: inputHash(seedless) };
}
