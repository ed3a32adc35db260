import { describe, expect, it } from 'vitest';
import { compileRelay } from '../support/relay-compiler.js';

/** What an application on Relay would have: names begin with the file's, as the compiler demands. */
const application = [
  'query AppQuery { ...App_history ...App_queue devices { ...App_device } models { ...App_model } }',
  `fragment App_history on Query
     @refetchable(queryName: "AppHistoryPage")
     @argumentDefinitions(
       count: { type: "Int", defaultValue: 20 }
       cursor: { type: "String" }
       filter: { type: "GenerationFilter" }
     ) {
     generations(first: $count, after: $cursor, filter: $filter) @connection(key: "App_generations") {
       __id
       totalCount
       edges { node { id ...App_generation } }
     }
   }`,
  'fragment App_generation on Generation @refetchable(queryName: "AppGenerationRefetch") { id status prompt model { ...App_model } }',
  `fragment App_events on Generation
     @refetchable(queryName: "AppEventsPage")
     @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
     events(first: $count, after: $cursor) @connection(key: "App_events") {
       edges { node { __typename ... on SequencedEvent { sequence occurredAt } } }
     }
   }`,
  'query AppOneQuery($id: ID!) { node(id: $id) { ...App_events @alias ...App_generation @alias } }',
  'fragment App_device on Device @refetchable(queryName: "AppDeviceRefetch") { id name status running { ...App_generation } }',
  'fragment App_model on Model @refetchable(queryName: "AppModelRefetch") { id name license }',
  `fragment App_queue on Query
     @refetchable(queryName: "AppQueuePage")
     @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
     queue { entries(first: $count, after: $cursor) @connection(key: "App_entries") { edges { node { ...App_generation } } } }
   }`,
  `mutation AppCreateMutation($input: CreateGenerationInput!, $connections: [ID!]!) {
     createGeneration(input: $input) {
       ... on CreateGenerationSuccess {
         generation @prependNode(connections: $connections, edgeTypeName: "GenerationEdge") { ...App_generation }
       }
       ... on UserError { message }
     }
   }`,
  `mutation AppDeleteMutation($input: DeleteGenerationInput!, $connections: [ID!]!) {
     deleteGeneration(input: $input) {
       ... on DeleteGenerationSuccess { deletedId @deleteEdge(connections: $connections) @deleteRecord }
       ... on UserError { message }
     }
   }`,
  `subscription AppEventsSubscription($id: ID!, $after: NonNegativeInt!) {
     generationEvents(generationId: $id, after: $after) {
       __typename
       ... on SequencedEvent { sequence }
       ... on GenerationProgressed { progress { fraction preview { data } } }
     }
   }`,
];

describe("Relay's compiler", () => {
  it('accepts an application with connections, refetching, edges that come and go, and subscriptions', async () => {
    const { ok, output } = await compileRelay(application);
    expect(output).toContain('Compilation completed');
    expect(ok).toBe(true);
  });

  it.each([
    [
      'a fragment that cannot be refetched',
      'fragment App_x on PageInfo @refetchable(queryName: "AppXRefetch") { hasNextPage }',
    ],
    ['a connection that is none', 'query AppQuery { models @connection(key: "App_models") { id } }'],
    ['a field that there is not', 'query AppQuery { nothing }'],
  ])('is really asked: it refuses %s', async (_name, document) => {
    expect((await compileRelay([document])).ok).toBe(false);
  });
});
