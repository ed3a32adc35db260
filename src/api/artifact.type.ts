import { GraphQLPositiveInt, GraphQLSafeInt, GraphQLURL } from 'graphql-scalars';
import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import { artifactPath } from '../artifacts/urls.js';
import type { ArtifactKind as Kind, Artifact as StoredArtifact } from '../generations/generation.js';
import type { ApiContext } from './context.js';
import { ArtifactKind } from './enums.js';

@ObjectType({ description: 'A file that a generation produced.' })
export class Artifact {
  constructor(private readonly stored: StoredArtifact) {}

  @Field(() => ArtifactKind, { description: 'What the file is for.' })
  get kind(): Kind {
    return this.stored.kind;
  }

  @Field(() => GraphQLURL, {
    description:
      'Where it lies: ranges, ETag, never changes. Works without a key, for a time where keys are wanted. Add the parameter download to save it.',
  })
  url(@Ctx() { linkTo }: ApiContext): string {
    return linkTo(artifactPath(this.stored));
  }

  @Field(() => String, { description: 'Media type, such as video/mp4.' })
  get mimeType(): string {
    return this.stored.mimeType;
  }

  @Field(() => GraphQLSafeInt, { description: 'Size of the file in bytes.' })
  get bytes(): number {
    return this.stored.bytes;
  }

  @Field(() => String, { description: 'SHA-256 of the bytes, in hexadecimal.' })
  get sha256(): string {
    return this.stored.sha256;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Width in pixels.' })
  get width(): number {
    return this.stored.width;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Height in pixels.' })
  get height(): number {
    return this.stored.height;
  }

  @Field(() => Float, { nullable: true, description: 'Length in seconds; null for a still picture.' })
  get durationSeconds(): number | null {
    return this.stored.durationSeconds;
  }
}
