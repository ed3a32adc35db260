import type { ApiServer } from './api-server.js';
import { graphql, type Json, localId } from './graphql-client.js';

const generation = `id status prompt cached starred priority lastSequence settings { seed width height frameCount }
  adjustments { field from to reason } artifacts { kind sha256 url } usage { averageBatchRows resumes preemptions }
  progress { phase fraction queuePosition } retriedFrom { id } remixedFrom { id } failure { code }`;

const fields: Readonly<Record<string, string>> = {
  CreateGenerationInput: `... on CreateGenerationSuccess { replayed generation { ${generation} } }`,
  '[CreateGenerationInput!]': `... on CreateGenerationsSuccess { generations { ${generation} } }`,
  RetryGenerationInput: `... on CreateGenerationSuccess { replayed generation { ${generation} } }
    ... on GenerationBusy { generation { id } }`,
  CancelGenerationInput: `... on CancelGenerationSuccess { generation { ${generation} } }`,
  SetGenerationPriorityInput: `... on SetGenerationPrioritySuccess { generation { ${generation} } }
    ... on InvalidInput { issues { path code } }`,
  SetGenerationStarredInput: `... on SetGenerationStarredSuccess { generation { ${generation} } }`,
  DeleteGenerationInput: '... on DeleteGenerationSuccess { deletedId } ... on GenerationBusy { generation { id } }',
  SetQueuePausedInput: '... on SetQueuePausedSuccess { queue { paused depth } }',
};
const problems = `... on UserError { message } ... on InvalidInput { issues { path code } } ... on NotFound { id }
  ... on QueueFull { capacity } ... on QuotaExceeded { quota limit retryAfterSeconds }
  ... on DoesNotFit { requiredBytes availableBytes largestThatFits { width height frameCount } }
  ... on IdempotencyConflict { existing { id } }`;
const creating = new Set(['CreateGenerationInput', '[CreateGenerationInput!]', 'RetryGenerationInput']);

/** Runs one mutation and gives its result, whichever it is. Throws where GraphQL answered errors. */
export async function mutate(server: ApiServer, field: string, input: object, headers: object = {}): Promise<Json> {
  const many = Array.isArray(input);
  const type = many ? '[CreateGenerationInput!]' : `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const notFound = type === 'SetQueuePausedInput' || creating.has(type) ? '' : '... on NotFound { id message }';
  const selection = `__typename ${fields[type]} ${creating.has(type) ? problems : notFound}`;
  const argument = many ? 'inputs' : 'input';
  const query = `mutation ($input: ${type}!) { ${field}(${argument}: $input) { ${selection} } }`;
  const { data, errors } = await graphql(server.url, query, { input }, headers);
  if (errors) throw new Error(JSON.stringify(errors));
  return data[field];
}

/** createGeneration that must succeed. */
export async function created(server: ApiServer, input: object, headers: object = {}): Promise<Json> {
  const result = await mutate(server, 'createGeneration', { prompt: 'A red car', ...input }, headers);
  if (!result.generation) throw new Error(JSON.stringify(result));
  return result.generation;
}

/** A generation as it is now; null where there is none. */
export async function generationOf(server: ApiServer, id: string, headers: object = {}): Promise<Json> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Generation { ${generation} } } }`;
  return (await graphql(server.url, query, { id }, headers)).data.node;
}

/** Lets the scheduler make a video of it. */
export async function finish(server: ApiServer, id: string, bytes = `video of ${id}`): Promise<void> {
  await server.scheduler.start(localId(id));
  await server.scheduler.succeed(localId(id), [await server.storeVideo(Buffer.from(bytes))]);
}

/** How often the scheduler was given it. */
export function submissions(server: ApiServer, id: string): number {
  return server.scheduler.submitted.filter((job) => job.generationId === localId(id)).length;
}
