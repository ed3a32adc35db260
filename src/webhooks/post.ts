import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress, literalAddress } from './addresses.js';

export interface Resolved {
  readonly address: string;
  readonly family: number;
}
export type Resolve = (hostname: string) => Promise<readonly Resolved[]>;

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Lets addresses through that are not of the public Internet. */
  readonly allowPrivate: boolean;
  /** From the beginning of the look-up to the end of the answer. */
  readonly timeoutMs: number;
  /** Of a name; the operating system's unless a test says otherwise. */
  readonly resolve?: Resolve;
}

export interface Answer {
  readonly status: number;
  /** Seconds that the receiver asks to be left alone for; null if it does not. */
  readonly retryAfter: number | null;
}

/** No answer came; the message says why, in words for the owner of the webhook. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Of an answer; nothing in it is of interest, but to read it ends the exchange in good order. */
const maxAnswerBytes = 64 * 1024;

/**
 * Sends one POST, to a public address only. A name is resolved once, every address that it has is checked, and the connection
 * goes to one of those: a name that answers differently the second time (DNS rebinding) wins nothing. Redirects are not
 * followed, for they would lead around all of that.
 * @throws NoAnswer; the signal's reason
 */
export async function post(url: string, options: PostOptions): Promise<Answer> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    return await send(new URL(url), await abortable(allowedAddresses(new URL(url), options), signal), options, signal);
  } catch (error) {
    options.signal.throwIfAborted();
    if (timeout.aborted) throw new NoAnswer(`It did not answer within ${options.timeoutMs / 1000} seconds.`);
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(`It could not be reached: ${(error as Error).message}.`, { cause: error });
  }
}

/**
 * Those addresses of a URL's host that may be called.
 * @throws NoAnswer where there is none
 */
export async function allowedAddresses(
  url: URL,
  { allowPrivate, resolve = systemResolve }: Pick<PostOptions, 'allowPrivate' | 'resolve'>,
): Promise<readonly Resolved[]> {
  const literal = literalAddress(url);
  const all = literal ? [{ address: literal, family: isIP(literal) }] : await resolve(url.hostname);
  const allowed = allowPrivate ? all : all.filter(({ address }) => isPublicAddress(address));
  if (allowed.length === 0) throw new NoAnswer(`${url.hostname} has no address of the public Internet.`);
  return allowed;
}

const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true });

/** A look-up cannot be interrupted, only left behind. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function send(
  url: URL,
  addresses: readonly Resolved[],
  { headers, body }: PostOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  // `agent: false`: a connection of its own, never one that was opened under another check.
  const fixed = { method: 'POST', agent: false, lookup: pinned(addresses), signal };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...fixed, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      drain(response)
        .then(() => resolve({ status: response.statusCode ?? 0, retryAfter: retryAfterOf(response) }))
        .catch(reject);
    });
    sent.end(body);
  });
}

/** Answers Node's question for the name's addresses with those already known. It is not asked about literal addresses. */
function pinned(addresses: readonly Resolved[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses as [Resolved];
    if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** To the end, or as far as is bearable; the status has been seen either way. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) break; // which destroys the response
  }
}

function retryAfterOf({ headers }: IncomingMessage): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return seconds >= 0 ? seconds : null;
}
