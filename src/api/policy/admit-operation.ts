import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { costError } from './cost.js';
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
}

/** What Apollo does with an operation before it executes it, for the socket: with the same codes. */
export function admitOperation(
  schema: GraphQLSchema,
  documents: TrustedDocuments,
  asked: AskedOperation,
): AdmittedOperation | GraphQLError[] {
  const { operationName, variables } = asked;
  let document: DocumentNode;
  try {
    document = parse(String(documents.resolve(asked) ?? ''), parseOptions);
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
  const errors = validate(schema, document, [...specifiedRules, ...shapeRules]);
  if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const message = operationName
      ? `The document has no operation called ${JSON.stringify(operationName)}.`
      : 'The document has several operations: say which one with operationName.';
    return [new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })];
  }
  const tooDear = costError({ schema, document, operation, variables: variables ?? {} });
  return tooDear ? [tooDear] : { document, operationName, variableValues: variables };
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
