import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    "What a model's author says about it, in plain text with blank lines between paragraphs. A field is null where nothing is said.",
})
export class ModelCard {
  @Field(() => String, { nullable: true, description: 'What it is, in one or two sentences.' })
  readonly description?: string;

  @Field(() => String, { nullable: true, description: 'What it is for, and what it is not for.' })
  readonly intendedUse?: string;

  @Field(() => String, { nullable: true, description: 'What it was trained on.' })
  readonly trainingData?: string;

  @Field(() => String, {
    nullable: true,
    description: 'What it cannot do or does badly, and the risks of using it.',
  })
  readonly limitations?: string;
}
