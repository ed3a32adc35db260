import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { costOf, requireCost } from './cost.js';
import { parseOptions } from './limits.js';
import { shapeRules } from './shape.js';
import type { NamedDocument, TrustedDocuments } from './trusted-documents.js';

export interface AskedOperation extends NamedDocument {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface AdmittedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>> | null | undefined;
  /** Fields of the answer, about. */
  readonly cost: number;
}

/**
 * What Apollo does with an operation before it executes it, for the socket: with the same codes. Returns the errors of a document
 * that is not valid.
 * @throws GraphQLError where there is no such document or operation, or it asks for too much
 */
export function admitOperation(
  schema: GraphQLSchema,
  documents: TrustedDocuments,
  asked: AskedOperation,
): AdmittedOperation | GraphQLError[] {
  const { operationName, variables } = asked;
  const document = parseDocument(String(documents.resolve(asked) ?? ''));
  const errors = errorsIn(schema, document);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const message = operationName
      ? `The document has no operation called ${JSON.stringify(operationName)}.`
      : 'The document has several operations: say which one with operationName.';
    throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
  }
  const cost = costOf({ schema, document, operation, variables: variables ?? {} });
  requireCost(cost);
  return { document, operationName, variableValues: variables, cost };
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, parseOptions);
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

/**
 * Over HTTP, of subscriptions that are not valid: Apollo takes what is thrown in their validation for a failure of the server. None of
 * other documents, nor of those that cannot be parsed, of which Apollo tells.
 */
export function errorsOfSubscription(schema: GraphQLSchema, query: unknown): GraphQLError[] {
  if (typeof query !== 'string' || !query.includes('subscription') || !query.includes('@')) return [];
  try {
    return errorsIn(schema, parse(query, parseOptions));
  } catch {
    return [];
  }
}

/** graphql-js's rule for subscriptions evaluates @skip and @include, and throws where one has no condition or none that is known by then. */
function errorsIn(schema: GraphQLSchema, document: DocumentNode): GraphQLError[] {
  const coded = (error: GraphQLError): GraphQLError => withCode(error, 'GRAPHQL_VALIDATION_FAILED');
  try {
    return validate(schema, document, [...specifiedRules, ...shapeRules]).map(coded);
  } catch (error) {
    if (error instanceof GraphQLError) return [coded(error)];
    throw error;
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
