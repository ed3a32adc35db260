/**
 * What an operation and a connection may be. Both transports take it from here: graphql-ws executes by itself, and a limit that
 * only HTTP knows would leave the socket as a back door.
 */
export const operationLimits = {
  /** Of nested fields. The deepest the studio and the CLI ask is 7. */
  depth: 12,
  /** Of a document, counted by the parser, which stops there. */
  tokens: 2000,
  aliases: 30,
  /** Fields of the query or mutation itself: each may be a search of its own. */
  rootFields: 15,
  /**
   * Fields of the answer, about: see cost.ts. A page of 100 generations with everything that each has costs 12,000. Measured,
   * on one of two busy Xeon cores: 27,000 in 0.13 s, 0.5 MB.
   */
  cost: 50_000,
  /** Of an HTTP body and of a message on a socket. */
  bodyBytes: 256 * 1024,
  /** Open operations of one socket. */
  subscriptions: 100,
  /** Bytes that wait for a socket whose client does not read. */
  bufferedBytes: 8 * 1024 * 1024,
  /** Milliseconds a client has to say hello. */
  initTimeout: 3000,
} as const;

/** Entries of one page of a connection. */
export const pageSizes = { default: 20, max: 100 } as const;

export const parseOptions = { maxTokens: operationLimits.tokens };

/** Introspection is part of a self-hosted server's interface, and Apollo would switch it off in production by itself. */
export const introspection = true;
