import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Delivery, DeliveryStore } from './delivery-store.js';
import type { Payload } from './payload.js';
import { type Answer, NoAnswer, type PostOptions, post } from './post.js';
import { retryDelay } from './retries.js';
import { signedHeaders } from './signature.js';

export interface SenderOptions {
  readonly deliveries: DeliveryStore;
  /** What is to be said; null where that has been deleted. */
  readonly compose: (delivery: Delivery) => Promise<Payload | null>;
  readonly secret: Buffer;
  readonly allowPrivate: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly resolve?: PostOptions['resolve'];
}

/** Attempts at a time, in all and to one host: so that a receiver that hangs holds up its own deliveries only. */
const concurrency = 16;
const perHost = 4;
/** Of those due, how many are looked at to find some that may be begun. */
const lookahead = 200;
const timeoutMs = 15_000;
/** Timers of more than 24 days overflow, and a clock that is set should not be noticed only then. */
const longestSleepMs = 60_000;

/**
 * Delivers what the outbox has noted, at least once: an attempt that a crash interrupts is made again. What can be delivered
 * now is, by `concurrency` attempts at a time, without regard to order: receivers go by `sequence`.
 *
 * It sleeps until the next delivery is due, or until somebody wakes it.
 */
export class WebhookSender {
  readonly #options: SenderOptions;
  readonly #stopping = new AbortController();
  /** By delivery. */
  readonly #inFlight = new Map<string, { readonly host: string; readonly attempt: Promise<void> }>();
  #timer: NodeJS.Timeout | undefined;
  /** The look into the database that goes on; another one is wanted after it if somebody woke us meanwhile. */
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Something new may be due. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#again) this.wake();
    });
  }

  /** Ends what is under way, uncounted: the next server makes these attempts again. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The server stops.'));
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all([...this.#inFlight.values()].map(({ attempt }) => attempt));
  }

  async #look(): Promise<void> {
    const { deliveries, clock, log } = this.#options;
    try {
      while (this.#again && !this.#stopping.signal.aborted) {
        this.#again = false;
        const now = clock.now();
        for (const delivery of await deliveries.due(now, [...this.#inFlight.keys()], lookahead)) {
          if (this.#mayBegin(delivery)) this.#begin(delivery);
        }
        // What is due and had to wait goes on when an attempt ends, which wakes us.
        this.#sleepUntil(await deliveries.nextAfter(now));
      }
    } catch (err) {
      this.#again = false;
      log.error({ err }, 'Pending webhooks could not be read; the next try is in a minute');
      this.#sleepUntil(new Date(clock.now().getTime() + longestSleepMs));
    }
  }

  #sleepUntil(next: Date | null): void {
    clearTimeout(this.#timer);
    if (next === null || this.#stopping.signal.aborted) return;
    const milliseconds = next.getTime() - this.#options.clock.now().getTime();
    this.#timer = setTimeout(() => this.wake(), Math.min(longestSleepMs, Math.max(0, milliseconds)));
    this.#timer.unref();
  }

  #mayBegin(delivery: Delivery): boolean {
    const host = hostOf(delivery);
    const there = [...this.#inFlight.values()].filter((one) => one.host === host).length;
    return this.#inFlight.size < concurrency && there < perHost;
  }

  #begin(delivery: Delivery): void {
    const attempt = this.#attempt(delivery)
      .catch(async (err) => {
        const { signal } = this.#stopping;
        if (signal.aborted) return;
        this.#options.log.error({ err, delivery: delivery.id }, 'What became of a webhook could not be written');
        // It is still due: without a pause it would be sent over and over for as long as the disk is full.
        await setTimeoutPromise(longestSleepMs, undefined, { signal, ref: false }).catch(() => {});
      })
      .finally(() => {
        this.#inFlight.delete(delivery.id);
        this.wake();
      });
    this.#inFlight.set(delivery.id, { host: hostOf(delivery), attempt });
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { deliveries, compose, clock, log } = this.#options;
    const payload = await compose(delivery);
    if (!payload) return deliveries.failed(delivery, 'What it was about has been deleted.', null);
    const problem = await this.#send(delivery, JSON.stringify(payload));
    if (problem === null) return deliveries.delivered(delivery, clock.now());
    const { reason, retryAfter, gone } = problem;
    const delay = gone ? null : retryDelay(delivery.attempts + 1, retryAfter, (this.#options.random ?? Math.random)());
    const { id, generationId } = delivery;
    const where = { delivery: id, generationId, host: hostOf(delivery), reason };
    if (delay === null) log.warn(where, 'A webhook was given up');
    else log.info({ ...where, retryInSeconds: Math.round(delay) }, 'A webhook could not be delivered');
    const next = delay === null ? null : new Date(clock.now().getTime() + delay * 1000);
    await deliveries.failed(delivery, reason, next);
  }

  /** Null if it was received. */
  async #send({ id, url }: Delivery, body: string): Promise<Problem | null> {
    const { secret, clock, allowPrivate, resolve } = this.#options;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'ReelQL-Webhooks/1',
      ...signedHeaders({ id, body }, secret, clock.now()),
    };
    const { signal } = this.#stopping;
    try {
      const options = { headers, body, signal, allowPrivate, timeoutMs, ...(resolve ? { resolve } : {}) };
      return problemOf(await post(url, options));
    } catch (error) {
      if (error instanceof NoAnswer) return { reason: error.message, retryAfter: null, gone: false };
      throw error;
    }
  }
}

interface Problem {
  readonly reason: string;
  readonly retryAfter: number | null;
  /** The receiver says that it will never take it. */
  readonly gone: boolean;
}

function hostOf({ url }: Delivery): string {
  return new URL(url).host;
}

function problemOf({ status, retryAfter }: Answer): Problem | null {
  if (status >= 200 && status < 300) return null;
  const redirects = status >= 300 && status < 400 ? ' Redirects are not followed.' : '';
  return { reason: `It answered ${status}.${redirects}`, retryAfter, gone: status === 410 };
}
