import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { CreateResult } from '../generations/service.js';
import type { ApiContext } from './context.js';
import { CancelGenerationInput, CreateGenerationInput, GenerationFilter } from './generation.input.js';
import {
  CancelGenerationResult,
  CancelGenerationSuccess,
  CreateGenerationResult,
  CreateGenerationSuccess,
  IdempotencyConflict,
  QueueFull,
} from './generation.result.js';
import { GenerationConnection } from './generation-connection.type.js';
import { globalId, idOf } from './global-id.js';
import { PageArgs, pageOf } from './relay.js';
import { InvalidInput, NotFound } from './user-error.type.js';

@Resolver()
export class GenerationResolver {
  @Mutation(() => CreateGenerationResult, { description: 'Asks for one video.' })
  async createGeneration(
    @Arg('input', () => CreateGenerationInput, { description: 'What to make.' }) input: CreateGenerationInput,
    @Ctx() { service }: ApiContext,
  ): Promise<CreateGenerationResult> {
    const { modelId, remixedFromId, ...rest } = input;
    const model = modelId && idOf('model', modelId);
    if (modelId && !model) return new NotFound('model', modelId);
    const origin = remixedFromId && idOf('generation', remixedFromId);
    if (remixedFromId && !origin) return new NotFound('generation', remixedFromId);
    return toResult(await service.create({ ...rest, model, remixedFromId: origin }));
  }

  @Mutation(() => CancelGenerationResult, {
    description: 'Stops a generation before its next step. One that has ended is returned unchanged.',
  })
  async cancelGeneration(
    @Arg('input', () => CancelGenerationInput, { description: 'What to stop.' }) { id }: CancelGenerationInput,
    @Ctx() { service }: ApiContext,
  ): Promise<CancelGenerationResult> {
    const localId = idOf('generation', id);
    const generation = localId === null ? null : await service.cancel(localId);
    return generation ? new CancelGenerationSuccess(generation) : new NotFound('generation', id);
  }

  @Query(() => GenerationConnection, { description: 'The history, newest first; at most 100 a page.' })
  async generations(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => GenerationFilter, { nullable: true, description: 'All of them if left out.' })
    filter: GenerationFilter | null | undefined,
    @Ctx() { service }: ApiContext,
  ): Promise<GenerationConnection> {
    const page = pageOf(args);
    const chosen = {
      statuses: filter?.status ?? undefined,
      // An id that is no model's belongs to no generation: a name that no model can have.
      model: filter?.modelId ? (idOf('model', filter.modelId) ?? '') : undefined,
      promptContains: filter?.promptContains ?? undefined,
      createdAfter: filter?.createdAfter ?? undefined,
      createdBefore: filter?.createdBefore ?? undefined,
    };
    const rows = await service.list(chosen, {
      olderThan: page.after,
      newerThan: page.before,
      from: page.backwards ? 'oldest' : 'newest',
      limit: page.size + 1,
    });
    return new GenerationConnection(page, rows, () => service.count(chosen));
  }
}

function toResult(result: CreateResult): CreateGenerationResult {
  switch (result.kind) {
    case 'created':
      return new CreateGenerationSuccess(result.generation, result.replayed);
    case 'invalidInput':
      return new InvalidInput(result.issues);
    case 'unknownModel':
      return new NotFound('model', globalId('model', result.model));
    case 'unknownGeneration':
      return new NotFound('generation', globalId('generation', result.id));
    case 'queueFull':
      return new QueueFull(result.capacity, result.retryAfterSeconds);
    case 'idempotencyConflict':
      return new IdempotencyConflict(result.existing);
  }
}
