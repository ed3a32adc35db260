import 'reflect-metadata';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { CreateGenerationResolver } from './create-generation.resolver.js';
import { DeviceResolver } from './device.resolver.js';
import { EstimateResolver } from './estimate.resolver.js';
import { GenerationResolver } from './generation.resolver.js';
import { GenerationEventResolver } from './generation-event.resolver.js';
import { GenerationEventsResolver } from './generation-events.resolver.js';
import { ModelResolver } from './model.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { QueueResolver } from './queue.resolver.js';

/** The whole contract. schema/schema.graphql is emitted from it. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      CreateGenerationResolver,
      EstimateResolver,
      GenerationResolver,
      GenerationEventResolver,
      GenerationEventsResolver,
      ModelResolver,
      DeviceResolver,
      QueueResolver,
      NodeResolver,
    ],
    validate: false,
    // It asks for the whole introspection, a tenth of a second at every start. test/conformance/introspection.test.ts asks once.
    skipCheck: true,
    pubSub: noPubSub,
  });
  // TypeGraphQL has no place to describe the roots.
  describe(schema.getQueryType(), 'What can be read.');
  describe(schema.getMutationType(), 'What can be done. What a caller can act on comes back as data; see UserError.');
  describe(schema.getSubscriptionType(), 'What can be watched, over graphql-transport-ws.');
  return schema;
}

function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type) type.description = description;
}

// TypeGraphQL wants one as soon as there is a subscription. Ours bring their own stream: createPubSub ends the process with an
// uncaught RepeaterOverflowError when a subscriber falls 1,024 events behind.
const noPubSub = {
  publish(): never {
    throw new Error('Events are published through events/event-stream.ts.');
  },
  subscribe(): never {
    throw new Error('Subscriptions give their own stream.');
  },
};
