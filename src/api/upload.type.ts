import { GraphQLPositiveInt, GraphQLSafeInt, GraphQLURL } from 'graphql-scalars';
import { Ctx, Field, GraphQLISODateTime, ObjectType } from 'type-graphql';
import { uploadPath } from '../artifacts/urls.js';
import type { Upload as StoredUpload } from '../generations/ports.js';
import type { ApiContext } from './context.js';
import { Node } from './node.type.js';

@ObjectType({ implements: Node, description: 'A picture that was uploaded to begin videos with.' })
export class Upload extends Node {
  constructor(private readonly stored: StoredUpload) {
    super('upload', stored.id);
  }

  @Field(() => GraphQLURL, { description: 'Where it lies; it never changes.' })
  url(@Ctx() { linkTo }: ApiContext): string {
    return linkTo(uploadPath(this.stored));
  }

  @Field(() => String, { description: 'Media type, such as image/png.' })
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

  @Field(() => GraphQLISODateTime, { description: 'When it was uploaded.' })
  get createdAt(): Date {
    return this.stored.createdAt;
  }
}
