import { randomUUID } from 'node:crypto';
import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { StorageError } from '../errors.js';
import type { Log } from '../log.js';

/**
 * What an operation may be, and what a caller may learn of an error. Both transports take it from here: graphql-ws executes by
 * itself, and a limit that only HTTP knows would leave the socket as a back door.
 */
export const operationLimits = {
  /** Of nested fields. The deepest the studio and the CLI ask is 7. */
  depth: 12,
  /** Of a document, counted by the parser, which stops there. */
  tokens: 2000,
  aliases: 30,
  bodyBytes: 256 * 1024,
  /** Open subscriptions of one socket. */
  subscriptions: 100,
} as const;

export const parseOptions = { maxTokens: operationLimits.tokens };

/** Introspection is part of a self-hosted server's interface, and Apollo would switch it off in production by itself. */
export const introspection = true;

export const validationRules: readonly ValidationRule[] = [limitDepth, limitAliases];

function limitDepth(context: ValidationContext): ASTVisitor {
  const depthOf = fragmentAwareDepth(context.getDocument());
  return {
    OperationDefinition(node) {
      const depth = depthOf(node.selectionSet);
      if (depth <= operationLimits.depth) return;
      context.reportError(refusal(`The operation is nested ${depth} deep; ${operationLimits.depth} are allowed.`));
    },
  };
}

/** Counts fields on the longest path, each fragment once. Introspection fields are free: their depth is bounded by the schema's. */
function fragmentAwareDepth(document: DocumentNode): (selections: SelectionSetNode) => number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();
  const depthOf = (set: SelectionSetNode): number => {
    let deepest = 0;
    for (const selection of set.selections) {
      if (selection.kind === 'Field') {
        if (selection.name.value.startsWith('__')) continue;
        deepest = Math.max(deepest, 1 + (selection.selectionSet ? depthOf(selection.selectionSet) : 0));
      } else if (selection.kind === 'InlineFragment') {
        deepest = Math.max(deepest, depthOf(selection.selectionSet));
      } else {
        deepest = Math.max(deepest, depthOfFragment(selection.name.value));
      }
    }
    return deepest;
  };
  const depthOfFragment = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // Set first: a fragment that contains itself is another rule's error, and must not keep this one going round.
    known.set(name, 0);
    const fragment = fragments.get(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : 0;
    known.set(name, depth);
    return depth;
  };
  return depthOf;
}

function limitAliases(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias) return;
      aliases += 1;
      if (aliases !== operationLimits.aliases + 1) return;
      context.reportError(refusal(`The operation has more than ${operationLimits.aliases} aliases.`));
    },
  };
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX' } });
}

/**
 * The one place where an unexpected error meets a caller: it becomes a sentence without content and a correlation id, and is
 * logged once under that id. Errors of GraphQL itself (syntax, validation, variables) and those thrown as GraphQLError pass.
 */
export function maskError(error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError && isMeantForCallers(error)) {
    const { message, locations, path, extensions } = error.toJSON();
    const { stacktrace: _, ...shown } = extensions ?? {};
    return {
      message,
      ...(locations && { locations }),
      ...(path && { path }),
      extensions: { code: 'BAD_USER_INPUT', ...shown },
    };
  }
  const correlationId = randomUUID();
  const path = error instanceof GraphQLError ? error.path : undefined;
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof StorageError) {
    log.error({ err: cause, path }, 'Nothing can be stored');
    const full = cause.code === 'STORAGE_FULL';
    const message = `The server cannot store anything now: its disk ${full ? 'is full' : 'reports errors'}. Try again later.`;
    return { message, ...(path && { path }), extensions: { code: cause.code } };
  }
  log.error({ err: cause, correlationId, path }, 'Unexpected error in a GraphQL operation');
  return {
    message: `Something went wrong on the server. Its log has the details under ${correlationId}.`,
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
  };
}

function isMeantForCallers({ path, extensions, originalError }: GraphQLError): boolean {
  if (originalError && !(originalError instanceof GraphQLError)) return false;
  // With a path it comes out of a resolver or out of a value that does not fit its type. Whoever means it to be seen gives it a
  // code; the rest is ours to hide.
  return path === undefined || extensions.code !== undefined;
}
