export interface ClientOptions {
  /** The server's root, such as http://127.0.0.1:4000 */
  readonly url: string;
  /** Sent as `Authorization: Bearer` over HTTP and in `connection_init` over the socket. */
  readonly apiKey?: string | undefined;
  /** Further headers of every HTTP request, for a proxy in front. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The platform's if left out. */
  readonly fetch?: typeof fetch | undefined;
  /** The platform's if left out. Node has one from version 22; on Node 20 pass the one of the package ws. */
  readonly webSocket?: unknown;
  /** How often in a row to try to reach the server again before a stream fails; 30 by default, which is about two minutes. */
  readonly reconnectAttempts?: number | undefined;
  /** Milliseconds to wait before such an attempt, the first of which is 0: a quarter of a second, doubled up to five, if left out. */
  readonly reconnectDelay?: ((attempt: number) => number) | undefined;
  /** Told when the socket stands, and when it was lost and is being opened again. */
  readonly onConnection?: ((state: 'connected' | 'lost') => void) | undefined;
}

/** What every call takes beside its input. */
export interface CallOptions {
  /** Ends the call with the signal's reason. What the server has begun goes on. */
  readonly signal?: AbortSignal | undefined;
}
