import type { Bundle } from '../../inference/bundle/bundle.js';
import type { ComponentName } from '../../inference/bundle/manifest.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import type { Denoiser, LatentShape, PixelChunk, TextEncoder, VaeDecoder } from '../../inference/pipeline/networks.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import type { SessionOptions } from '../../inference/runtime/session.js';
import { openTextEncoder } from '../../inference/runtime/text-encoder.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { openVaeEncoder } from '../../inference/runtime/vae-encoder.js';
import { loadTokenizer, type PromptTokenizer } from '../../inference/tokenizer/tokenizer.js';
import type { ExecutorDevice } from './protocol.js';

interface OpenComponents {
  textEncoder: { readonly tokenizer: PromptTokenizer; readonly encoder: TextEncoder };
  denoiser: Denoiser;
  vae: VaeDecoder;
}

interface OpenModel {
  readonly bundle: Bundle;
  readonly components: Partial<OpenComponents>;
}

/** The sessions of this process, by the directory of their bundle. */
export class OpenModels {
  readonly #models = new Map<string, OpenModel>();
  readonly #sessions: SessionOptions;
  readonly kind: ExecutorDevice['kind'];

  /** @param binding for tests; the device's own if left out */
  constructor(device: ExecutorDevice, binding?: SessionOptions['binding']) {
    this.kind = device.kind;
    const sessions = device.kind === 'CPU' ? { device: { kind: 'CPU' } as const, threads: device.threads } : { device };
    this.#sessions = { ...sessions, ...(binding && { binding }) };
  }

  /**
   * @param memoryBytes of a GPU that each session may take; no limit if left out
   * @throws ModelError, or ONNX Runtime's error. Nothing happens if the component is open.
   */
  async load(directory: string, component: ComponentName, memoryBytes?: number): Promise<void> {
    const known = this.#models.get(directory);
    if (known?.components[component]) return;
    const model = known ?? { bundle: await openBundle(directory), components: {} };
    const { bundle, components } = model;
    const { manifest } = bundle;
    const weights = await bundle.weights(component);
    const sessions = { ...this.#sessions, ...(memoryBytes !== undefined && { cuda: { memoryLimit: memoryBytes } }) };
    switch (component) {
      case 'textEncoder': {
        const tokenizer = loadTokenizer(bundle.tokenizerFile, manifest.limits.maxPromptTokens);
        const encoder = await openTextEncoder({ weights, config: manifest.textEncoder.config }, sessions);
        components.textEncoder = { tokenizer, encoder };
        break;
      }
      case 'denoiser':
        components.denoiser = await openDenoiser({ weights, config: manifest.denoiser.config }, sessions);
        break;
      case 'vae':
        components.vae = await openVaeDecoder({ weights, config: manifest.vae.config }, sessions);
        break;
    }
    // Not before: what could not be opened may have been mended when it is asked for again.
    this.#models.set(directory, model);
  }

  /** Whether its denoiser, if it is open, leaves this thread free while it computes. */
  runsAside(directory: string): boolean {
    return this.#models.get(directory)?.components.denoiser?.runsAside ?? false;
  }

  /** @throws ModelError */
  async bundle(directory: string): Promise<Bundle> {
    return this.#models.get(directory)?.bundle ?? openBundle(directory);
  }

  /**
   * A picture [3, 1, height, width] in [-1, 1] → its normalised latent. The encoder is opened for it and closed again: videos
   * that begin with a picture are few, and the memory is worth more than the second.
   */
  async encodePicture(directory: string, picture: PixelChunk): Promise<{ shape: LatentShape; latents: Float32Array }> {
    const { bundle } = this.get(directory, 'vae');
    const weights = await bundle.weights('vae');
    const encoder = await openVaeEncoder({ weights, config: bundle.manifest.vae.config }, this.#sessions);
    try {
      return await encoder.encode(picture);
    } finally {
      await encoder.close();
    }
  }

  /** @throws Error if it was not loaded: the host's mistake. */
  get<C extends ComponentName>(directory: string, component: C): { bundle: Bundle; network: OpenComponents[C] } {
    const model = this.#models.get(directory);
    const network = model?.components[component];
    if (!model || !network) throw new Error(`${component} of ${directory} is not loaded`);
    return { bundle: model.bundle, network };
  }

  /** Nothing happens if it is not open. */
  async release(directory: string, component: ComponentName): Promise<void> {
    const model = this.#models.get(directory);
    const network = model?.components[component];
    if (!model || !network) return;
    delete model.components[component];
    // When it is opened again, another bundle may lie there.
    if (Object.keys(model.components).length === 0) this.#models.delete(directory);
    await ('encoder' in network ? network.encoder : network).close();
  }
}
