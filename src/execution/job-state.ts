import type { Conditioning, DenoisingState } from '../../inference/pipeline/denoising.js';
import type { GenerationRequest } from './protocol.js';

/**
 * A generation between two units: plain data, enough to go on with it in another process. What is being decoded is not in
 * it: that begins again from the latents.
 */
export interface JobState {
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly request: GenerationRequest;
  readonly conditioning: Conditioning;
  readonly denoising: DenoisingState;
}
