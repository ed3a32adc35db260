import { createHmac } from 'node:crypto';

/** How Standard Webhooks writes a secret: 24 to 64 bytes in base64. */
const secretForm = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The bytes of a secret; null if it is none. */
export function parseWebhookSecret(text: string): Buffer | null {
  const encoded = secretForm.exec(text)?.[1];
  const bytes = encoded === undefined ? null : Buffer.from(encoded, 'base64');
  return bytes && bytes.length >= 24 && bytes.length <= 64 ? bytes : null;
}

export function formatWebhookSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

export interface Message {
  /** The same in every attempt: by it a receiver knows what it has had already. */
  readonly id: string;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks (github.com/standard-webhooks): the signature is the HMAC-SHA256 of `id.timestamp.body`. A
 * receiver compares it, and refuses timestamps of long ago: then nobody can send the same again later.
 * @param now of this attempt
 */
export function signedHeaders({ id, body }: Message, secret: Buffer, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
