import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { GenerationBusy } from './create-generation.result.js';
import {
  CancelGenerationInput,
  DeleteGenerationInput,
  SetGenerationPriorityInput,
  SetGenerationStarredInput,
} from './generation.input.js';
import {
  CancelGenerationResult,
  CancelGenerationSuccess,
  DeleteGenerationResult,
  DeleteGenerationSuccess,
  SetGenerationPriorityResult,
  SetGenerationPrioritySuccess,
  SetGenerationStarredResult,
  SetGenerationStarredSuccess,
} from './generation.result.js';
import { GenerationConnection } from './generation-connection.type.js';
import { filterOf, GenerationFilter } from './generation-filter.input.js';
import { idOf } from './global-id.js';
import { PageArgs, pageOf } from './relay.js';
import { InvalidInput, NotFound } from './user-error.type.js';

@Resolver()
export class GenerationResolver {
  @Query(() => GenerationConnection, { description: 'The history, newest first; at most 100 a page.' })
  async generations(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => GenerationFilter, { nullable: true, description: 'All of them if left out.' })
    input: GenerationFilter | null | undefined,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<GenerationConnection> {
    const page = pageOf(args);
    const filter = filterOf(input);
    const from = page.backwards ? 'oldest' : 'newest';
    const slice = { olderThan: page.after, newerThan: page.before, from, limit: page.size + 1 } as const;
    const rows = await service.list(caller, filter, slice);
    return new GenerationConnection(page, rows, () => service.count(caller, filter));
  }

  @Mutation(() => CancelGenerationResult, {
    description: 'Stops a generation before its next step. One that has ended is returned unchanged.',
  })
  async cancelGeneration(
    @Arg('input', () => CancelGenerationInput, { description: 'What to stop.' }) { id }: CancelGenerationInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<CancelGenerationResult> {
    const generation = await service.cancel(caller, idOf('generation', id) ?? '');
    return generation ? new CancelGenerationSuccess(generation) : new NotFound('generation', id);
  }

  @Mutation(() => SetGenerationPriorityResult, {
    description: 'Makes a generation more or less urgent, from its next step on where it runs already.',
  })
  async setGenerationPriority(
    @Arg('input', () => SetGenerationPriorityInput, { description: 'Which one, and how urgent.' })
    { id, priority }: SetGenerationPriorityInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<SetGenerationPriorityResult> {
    const result = await service.setPriority(caller, idOf('generation', id) ?? '', priority);
    if (!result) return new NotFound('generation', id);
    return 'id' in result ? new SetGenerationPrioritySuccess(result) : new InvalidInput(result);
  }

  @Mutation(() => SetGenerationStarredResult, { description: 'Marks a generation, so that a filter finds it again.' })
  async setGenerationStarred(
    @Arg('input', () => SetGenerationStarredInput, { description: 'Which one, and whether.' })
    { id, starred }: SetGenerationStarredInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<SetGenerationStarredResult> {
    const generation = await service.setStarred(caller, idOf('generation', id) ?? '', starred);
    return generation ? new SetGenerationStarredSuccess(generation) : new NotFound('generation', id);
  }

  @Mutation(() => DeleteGenerationResult, {
    description:
      'Removes a generation, its log, and its files unless another one has the same. One that waits is canceled first; one that runs is refused.',
  })
  async deleteGeneration(
    @Arg('input', () => DeleteGenerationInput, { description: 'What to remove.' }) { id }: DeleteGenerationInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<DeleteGenerationResult> {
    const result = await service.delete(caller, idOf('generation', id) ?? '');
    if (!result) return new NotFound('generation', id);
    return result === 'deleted' ? new DeleteGenerationSuccess(id) : new GenerationBusy(result);
  }
}
