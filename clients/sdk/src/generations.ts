import { ConnectionError, GenerationCanceledError, GenerationFailedError } from './errors.js';
import { type FollowOptions, followEvents, type GenerationEvent, generationById } from './events.js';
import {
  CancelGeneration,
  CreateGeneration,
  type CreateGenerationInput,
  CreateGenerations,
  DeleteGeneration,
  GenerationEvents,
  type GenerationFilter,
  GenerationOutcome,
  Generations as GenerationsPage,
  type GenerationsQuery,
  type GenerationsQueryVariables,
  type Operation,
  type OutputsInput,
  RetryGeneration,
  type RetryGenerationInput,
  SetGenerationPriority,
  SetGenerationStarred,
} from './generated/operations.js';
import { CreatedGeneration, type Generation, GenerationHandle } from './generation-handle.js';
import type { CallOptions } from './options.js';
import { successOf } from './problems.js';
import type { Server } from './server.js';

export interface RetryOptions extends CallOptions {
  /** The same as before if left out. */
  readonly outputs?: OutputsInput | undefined;
}

export type GenerationPage = GenerationsQuery['generations'];

/** What has been asked for and what became of it. */
export class Generations {
  constructor(private readonly server: Server) {}

  /**
   * Asks for one video.
   * A lost connection is tried once more: the idempotencyKey, made here if none was given, keeps that from making two.
   * @throws InvalidInputError, NotFoundError, QueueFullError, IdempotencyConflictError, ConnectionError …
   */
  async create(input: CreateGenerationInput, { signal }: CallOptions = {}): Promise<CreatedGeneration> {
    const keyed = withKey(input);
    const { createGeneration } = await this.once(CreateGeneration, { input: keyed }, [keyed], signal);
    return new CreatedGeneration(this, successOf(createGeneration));
  }

  /**
   * Asks for several, all or none; at most 64. Handles in the order of the inputs.
   * @throws what `create` throws; the issues of an InvalidInputError begin with the input's place
   */
  async createMany(
    inputs: readonly CreateGenerationInput[],
    { signal }: CallOptions = {},
  ): Promise<readonly GenerationHandle[]> {
    const keyed = inputs.map(withKey);
    const { createGenerations } = await this.once(CreateGenerations, { inputs: keyed }, keyed, signal);
    return successOf(createGenerations).generations.map(({ id }) => this.handle(id));
  }

  /**
   * Asks for the same once more, seed included; what was finished before, such as the denoising, is not done again. With `outputs`
   * other files are made of the same pictures: another crop, subtitles, formats.
   * @throws GenerationBusyError while it has not ended, NotFoundError, and what `create` throws
   */
  async retry(id: string, { outputs, signal }: RetryOptions = {}): Promise<CreatedGeneration> {
    const keyed = withKey<RetryGenerationInput>({ id, outputs });
    const { retryGeneration } = await this.once(RetryGeneration, { input: keyed }, [keyed], signal);
    return new CreatedGeneration(this, successOf(retryGeneration));
  }

  /** @throws NotFoundError */
  get(id: string, options?: CallOptions): Promise<Generation> {
    return generationById(this.server.http, id, options);
  }

  /** One page, newest first: 20 unless `first` or `last` says otherwise, at most 100. */
  async list(variables: GenerationsQueryVariables = {}, { signal }: CallOptions = {}): Promise<GenerationPage> {
    return (await this.server.http.query(GenerationsPage, variables, signal)).generations;
  }

  /** All that fit the filter, newest first, fetched page by page as they are read. */
  async *all(filter: GenerationFilter = {}, options?: CallOptions): AsyncGenerator<Generation, void, void> {
    let after: string | null = null;
    do {
      const { edges, pageInfo }: GenerationPage = await this.list({ first: 100, after, filter }, options);
      for (const { node } of edges) yield node;
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
  }

  /** A handle of one that exists: made elsewhere, or before this page was loaded. */
  handle(id: string): GenerationHandle {
    return new GenerationHandle(this, id);
  }

  /** See GenerationHandle.events. */
  events(id: string, options?: FollowOptions): AsyncGenerator<GenerationEvent, void, void> {
    return followEvents(this.server, GenerationEvents, id, options);
  }

  /** See GenerationHandle.result. */
  async result(id: string, { signal }: CallOptions = {}): Promise<Generation> {
    for await (const _ of followEvents(this.server, GenerationOutcome, id, { signal }));
    const generation = await this.get(id, { signal });
    if (generation.failure) throw new GenerationFailedError(generation, generation.failure);
    if (generation.status === 'CANCELED') throw new GenerationCanceledError(generation);
    return generation;
  }

  /** Stops it before its next step. One that has ended is returned unchanged. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<Generation> {
    const { cancelGeneration } = await this.server.http.query(CancelGeneration, { input: { id } }, signal);
    return successOf(cancelGeneration).generation;
  }

  /** -100 to 100: higher goes first, from its next step on where it runs already. */
  async setPriority(id: string, priority: number, { signal }: CallOptions = {}): Promise<Generation> {
    const input = { id, priority };
    const { setGenerationPriority } = await this.server.http.query(SetGenerationPriority, { input }, signal);
    return successOf(setGenerationPriority).generation;
  }

  async setStarred(id: string, starred: boolean, { signal }: CallOptions = {}): Promise<Generation> {
    const { setGenerationStarred } = await this.server.http.query(
      SetGenerationStarred,
      { input: { id, starred } },
      signal,
    );
    return successOf(setGenerationStarred).generation;
  }

  /**
   * Removes it, its events and its files.
   * @throws GenerationBusyError while it runs, NotFoundError
   */
  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    const { deleteGeneration } = await this.server.http.query(DeleteGeneration, { input: { id } }, signal);
    successOf(deleteGeneration);
  }

  /** Sends a mutation, and once more where its answer is lost: every input has a key, by which the server knows it again. */
  private once<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    inputs: readonly { readonly idempotencyKey?: string | null | undefined }[],
    signal: AbortSignal | undefined,
  ): Promise<Data> {
    const send = () => this.server.http.query(operation, variables, signal);
    return send().catch((error: unknown) => {
      if (error instanceof ConnectionError && inputs.every(({ idempotencyKey }) => idempotencyKey)) return send();
      throw error;
    });
  }
}

/** Browsers have randomUUID in secure contexts only; without a key nothing is sent twice. */
function withKey<Input extends { readonly idempotencyKey?: string | null | undefined }>(input: Input): Input {
  return { ...input, idempotencyKey: input.idempotencyKey ?? globalThis.crypto?.randomUUID?.() };
}
