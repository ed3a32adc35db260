import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GenerationRequest } from '../generations/request.js';
import type { ApiContext } from './context.js';
import { CreateGenerationInput, requestOf } from './create-generation.input.js';
import {
  CreateGenerationResult,
  CreateGenerationSuccess,
  CreateGenerationsResult,
  CreateGenerationsSuccess,
  GenerationBusy,
  problemOf,
  RetryGenerationResult,
} from './create-generation.result.js';
import { RetryGenerationInput } from './generation.input.js';
import { idOf } from './global-id.js';
import { NotFound } from './user-error.type.js';

@Resolver()
export class CreateGenerationResolver {
  @Mutation(() => CreateGenerationResult, { description: 'Asks for one video.' })
  async createGeneration(
    @Arg('input', () => CreateGenerationInput, { description: 'What to make.' }) input: CreateGenerationInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<CreateGenerationResult> {
    const request = requestOf(input);
    if (request instanceof NotFound) return request;
    const result = await service.create(caller, request);
    return result.kind === 'created' ? new CreateGenerationSuccess(result) : problemOf(result);
  }

  @Mutation(() => CreateGenerationsResult, {
    description: 'Asks for many videos: all of them are stored or none; at most 64.',
  })
  async createGenerations(
    @Arg('inputs', () => [CreateGenerationInput], { description: 'What to make.' }) inputs: CreateGenerationInput[],
    @Ctx() { service, caller }: ApiContext,
  ): Promise<CreateGenerationsResult> {
    const requests = inputs.map(requestOf);
    const unknown = requests.find((request) => request instanceof NotFound);
    if (unknown) return unknown;
    const known = requests.filter((request): request is GenerationRequest => !(request instanceof NotFound));
    const result = await service.createMany(caller, known);
    return result.kind === 'created' ? new CreateGenerationsSuccess(result.created) : problemOf(result);
  }

  @Mutation(() => RetryGenerationResult, {
    description:
      'Asks for the same again, seed included, as a new generation linked by retriedFrom; with other outputs where these are given. It runs whatever the cache holds; what the first one had finished, such as denoising, is not done again where it can be found.',
  })
  async retryGeneration(
    @Arg('input', () => RetryGenerationInput, { description: 'What to do again.' }) input: RetryGenerationInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<RetryGenerationResult> {
    const id = idOf('generation', input.id);
    const result = id === null ? null : await service.retry(caller, id, input);
    if (!result) return new NotFound('generation', input.id);
    if (result.kind === 'busy') return new GenerationBusy(result.generation);
    return result.kind === 'created' ? new CreateGenerationSuccess(result) : problemOf(result);
  }
}
