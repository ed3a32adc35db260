import { createHash } from 'node:crypto';
import { type ComponentName, componentNames, type Manifest, weightFiles } from './manifest.js';

/**
 * What a component computes, as a hash: of its configuration and its weights, and with the text encoder, of the tokenizer. Where
 * the bundle lies and what it is called is not part of it, so a model imported twice is one.
 */
export function componentIdentity(manifest: Manifest, component: ComponentName): string {
  const { config } = manifest[component];
  const facts = {
    config,
    weights: weightFiles(manifest, component).map(({ sha256 }) => sha256),
    ...(component === 'textEncoder' && {
      tokenizer: manifest.tokenizer.sha256,
      maxPromptTokens: manifest.limits.maxPromptTokens,
    }),
  };
  return sha256(JSON.stringify(facts));
}

/** Of all components. */
export function bundleIdentity(manifest: Manifest): string {
  return sha256(componentNames.map((component) => componentIdentity(manifest, component)).join());
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
