import { GraphQLError } from 'graphql';

/** An operation that is valid and asks for too much. Apollo answers it with a 400, like what is not valid. */
export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX', http: { status: 400 } } });
}
