/** What the fan-out benchmark's three kinds of processes tell each other. */

export const generations = 50;
export const subscribers = 1000;
export const previewBytes = 3000;

export const watch = /* GraphQL */ `
  subscription ($id: ID!, $after: NonNegativeInt! = 0) {
    generationEvents(generationId: $id, after: $after) {
      __typename
      ... on SequencedEvent { sequence generationId occurredAt }
      ... on GenerationProgressed {
        progress { phase step totalSteps fraction secondsRemaining preview { step mimeType data url } }
      }
      ... on GenerationSucceeded { artifacts { kind url mimeType } }
      ... on GenerationFailed { failure { code message retryable } }
    }
  }
`;

/** `plain`: graphql-ws as it comes, every subscriber's events executed and serialised for it. `shared`: src/api/fan-out.ts. */
export type Way = 'plain' | 'shared';

/** Milliseconds since 1970 with a fraction: comparable between processes of one machine. */
export const now = () => performance.timeOrigin + performance.now();

export interface PublishOrder {
  /** Events a second of each generation. */
  readonly rate: number;
  readonly seconds: number;
}

export interface Published {
  readonly events: number;
  /** Seconds of processor time that the server used meanwhile. */
  readonly cpuSeconds: number;
  readonly seconds: number;
}

export interface Received {
  /** Milliseconds from when an event was due to its arrival, of every message, ascending. */
  readonly latencies: Float64Array;
}
