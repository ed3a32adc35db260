import { GraphQLPositiveInt } from 'graphql-scalars';
import { Ctx, Field, ObjectType } from 'type-graphql';
import type { ModelInfo } from '../generations/catalog.js';
import type { ApiContext } from './context.js';
import { ModelCard } from './model-card.type.js';
import { ModelDefaults } from './model-defaults.type.js';
import { Node } from './node.type.js';

@ObjectType({ description: 'What settings a model allows.' })
export class ModelLimits {
  @Field(() => GraphQLPositiveInt, { description: 'Greatest width in pixels.' })
  readonly maxWidth!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Greatest height in pixels.' })
  readonly maxHeight!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Width and height must be divisible by it.' })
  readonly sizeMultiple!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Greatest number of frames.' })
  readonly maxFrames!: number;

  @Field(() => GraphQLPositiveInt, { description: 'A frame count is a multiple of it plus 1.' })
  readonly frameMultiple!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Greatest number of denoising steps.' })
  readonly maxSteps!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Tokens of a prompt that the model reads.' })
  readonly maxPromptTokens!: number;
}

@ObjectType({ implements: Node, description: 'A model that generations can use.' })
export class Model extends Node {
  constructor(private readonly info: ModelInfo) {
    super('model', info.name);
  }

  @Field(() => String, { description: 'Short unique name, as command lines take it.' })
  get name(): string {
    return this.info.name;
  }

  @Field(() => String, { description: 'Name for people; not unique.' })
  get title(): string {
    return this.info.title;
  }

  @Field(() => String, { description: 'The licence of the weights.' })
  get license(): string {
    return this.info.license;
  }

  @Field(() => ModelCard, {
    nullable: true,
    description: 'What it is for, what it was trained on and where its limits are; null if its author does not say.',
  })
  get card(): ModelInfo['card'] {
    return this.info.card;
  }

  @Field(() => Boolean, {
    description:
      "Whether its networks lie in a device's memory, so that a generation need not wait for them to be loaded.",
  })
  ready(@Ctx() { scheduler }: ApiContext): boolean {
    return scheduler.devices().some(({ loaded }) => loaded.some(({ model }) => model === this.info.name));
  }

  @Field(() => String, { description: 'sha256 over its files: the same hash and settings give the same video.' })
  get contentHash(): string {
    return this.info.contentHash;
  }

  @Field(() => ModelDefaults, { description: 'What settings are where an input leaves them out.' })
  get defaults(): ModelInfo['defaults'] {
    return this.info.defaults;
  }

  @Field(() => ModelLimits, { description: 'What settings are allowed.' })
  get limits(): ModelInfo['limits'] {
    return this.info.limits;
  }

  @Field(() => [String], { description: 'Prompts that this model does well.' })
  get examplePrompts(): readonly string[] {
    return this.info.examplePrompts;
  }
}
