import { Field, ID, InterfaceType, ObjectType } from 'type-graphql';
import type { InputIssue as Issue, InputIssueCode as IssueCode } from '../generations/issue.js';
import { InputIssueCode } from './enums.js';

@InterfaceType({ description: 'Something the caller can act on. All that can go wrong otherwise is in `errors`.' })
export abstract class UserError {
  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

@ObjectType({ description: 'One thing wrong with an input.' })
export class InputIssue implements Issue {
  @Field(() => [String], {
    description: 'Where in the input, such as ["settings", "width"]; in a batch with ["inputs", "3"] before it.',
  })
  readonly path!: readonly string[];

  @Field(() => String, { description: 'What is wrong and what is allowed.' })
  readonly message!: string;

  @Field(() => InputIssueCode, { description: 'The same for programs.' })
  readonly code!: IssueCode;
}

@ObjectType({ implements: UserError, description: 'The input cannot be used; nothing was done.' })
export class InvalidInput extends UserError {
  @Field(() => [InputIssue], { description: 'Everything that is wrong, not only the first.' })
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map((issue) => issue.message).join(' '));
    this.issues = issues;
  }
}

@ObjectType({ implements: UserError, description: 'The input refers to something that does not exist.' })
export class NotFound extends UserError {
  @Field(() => ID, { description: 'The id that was given.' })
  readonly id: string;

  constructor(what: string, id: string) {
    super(`There is no ${what} with the id ${id}.`);
    this.id = id;
  }
}
