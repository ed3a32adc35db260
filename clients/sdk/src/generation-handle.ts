import type { FollowOptions, GenerationEvent } from './events.js';
import type { CreateGenerationMutation, GenerationFragment, WarningFragment } from './generated/operations.js';
import type { Generations } from './generations.js';
import type { CallOptions } from './options.js';

export type Generation = GenerationFragment;

type Created = Extract<
  CreateGenerationMutation['createGeneration'],
  { readonly __typename: 'CreateGenerationSuccess' }
>;
export type SettingsWarning = WarningFragment;

/** One generation, to be watched, awaited or canceled. Dropping it changes nothing on the server. */
export class GenerationHandle {
  constructor(
    private readonly generations: Generations,
    readonly id: string,
  ) {}

  /**
   * What happens to it, from the first event on or after a sequence, to its end. Connections may come and go: no event is missed
   * and none comes twice. Leaving the loop ends the subscription and nothing else.
   * @throws NotFoundError, ConnectionError when the server stays away, or the signal's reason
   */
  events(options?: FollowOptions): AsyncGenerator<GenerationEvent, void, void> {
    return this.generations.events(this.id, options);
  }

  /**
   * Waits until it has succeeded; its artifacts are the files.
   * @throws GenerationFailedError, GenerationCanceledError, and what `events` throws
   */
  result(options?: CallOptions): Promise<Generation> {
    return this.generations.result(this.id, options);
  }

  /** It as it is now. */
  get(options?: CallOptions): Promise<Generation> {
    return this.generations.get(this.id, options);
  }

  /** Stops it before its next step. One that has ended is returned unchanged. */
  cancel(options?: CallOptions): Promise<Generation> {
    return this.generations.cancel(this.id, options);
  }
}

/** What `generate` or `retry` made, or an earlier call with the same idempotencyKey. */
export class CreatedGeneration extends GenerationHandle {
  /** It as it was created: every setting resolved, the seed too. */
  readonly created: Generation;
  /** Settings that are allowed and probably a mistake. */
  readonly warnings: readonly SettingsWarning[];
  /** True if an earlier call had created it. */
  readonly replayed: boolean;

  constructor(generations: Generations, { generation, warnings, replayed }: Created) {
    super(generations, generation.id);
    this.created = generation;
    this.warnings = warnings;
    this.replayed = replayed;
  }
}
