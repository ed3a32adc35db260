import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** Whatever the test selected. */
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly data: Json;
  readonly errors: Json;
}

export async function graphql(
  url: string,
  query: string,
  variables: object = {},
  headers: object = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Json; errors: Json };
  return { status: response.status, data, errors };
}

export function socketClient(url: string): Client {
  return createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
}

export const watch = /* GraphQL */ `
  subscription ($id: ID!, $after: NonNegativeInt! = 0) {
    generationEvents(generationId: $id, after: $after) {
      __typename
      ... on SequencedEvent { sequence generationId }
      ... on GenerationQueued { position }
      ... on GenerationStarted { device { id name } }
      ... on GenerationResumed { fromStep cause }
      ... on GenerationProgressed { progress { phase step totalSteps fraction preview { data url } } }
      ... on GenerationSucceeded { artifacts { url bytes sha256 } }
      ... on GenerationFailed { failure { code message retryable } }
    }
  }
`;

/** Events of one generation through a socket of its own. `next` waits for one; `rest` collects until the server completes. */
export function follow(client: Client, id: string, after = 0) {
  const results = client.iterate<Json>({ query: watch, variables: { id, after } });
  return {
    async next(): Promise<Json> {
      const { value, done } = await results.next();
      if (done) throw new Error('The subscription has completed.');
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      return value.data.generationEvents;
    },
    async rest(): Promise<Json[]> {
      const events: Json[] = [];
      for await (const result of results) {
        if (result.errors) throw new Error(JSON.stringify(result.errors));
        events.push(result.data.generationEvents);
      }
      return events;
    },
    leave: () => results.return?.(),
  };
}

const fields = /* GraphQL */ `
  __typename
  ... on CreateGenerationSuccess {
    replayed
    warnings { field message }
    generation {
      id status prompt lastSequence modelName
      settings { width height frameCount fps steps guidanceScale sampler shift seed }
      adjustments { field from to reason }
    }
  }
  ... on UserError { message }
  ... on InvalidInput { issues { path message code } }
  ... on NotFound { id }
  ... on QueueFull { capacity retryAfterSeconds }
  ... on IdempotencyConflict { existing { id } }
`;

/** The result of createGeneration, whichever it is. */
export async function create(url: string, input: object, headers: object = {}): Promise<Json> {
  const query = `mutation ($input: CreateGenerationInput!) { createGeneration(input: $input) { ${fields} } }`;
  const { data, errors } = await graphql(url, query, { input }, headers);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createGeneration;
}

/** The uuid in a global id. */
export function localId(globalId: string): string {
  return globalId.slice(globalId.indexOf('_') + 1);
}
