import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Caller } from '../auth/caller.js';
import { type Gate, secretOf } from '../auth/gate.js';
import { Refusal } from '../auth/refusal.js';
import type { ApiContext } from './context.js';
import type { OperationIds } from './operation-ids.js';
import { admitOperation } from './policy/admit-operation.js';
import { furtherRequests } from './policy/cost.js';
import { operationLimits } from './policy/limits.js';
import type { TrustedDocuments } from './policy/trusted-documents.js';
import { Tally } from './tally.js';

/** Beside the protocol's own 4400 … 4429, which graphql-ws takes care of. */
export const closeCodes = {
  /** No key or none that is valid, at connection_init; or the key was revoked since. */
  forbidden: 4403,
  /** Too many sockets, or one that does not read: come back later. graphql-ws clients do so by themselves. */
  tryAgainLater: 1013,
} as const;

/** What is known of a socket. */
export interface SocketExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly operations: OperationIds;
  /** Since connection_init. */
  caller?: Caller;
}

type SocketContext = Context<Record<string, unknown>, SocketExtra>;

export interface SocketAdmissionOptions {
  readonly schema: GraphQLSchema;
  readonly gate: Gate;
  readonly documents: TrustedDocuments;
  readonly connectionsPerKey: number;
  contextOf(request: IncomingMessage, caller: Caller): ApiContext;
}

/** Who may open a socket, and which operations run on it: the same gate, rules and limits as over HTTP. */
export class SocketAdmission {
  private readonly connections: Tally<string>;

  constructor(private readonly options: SocketAdmissionOptions) {
    this.connections = new Tally(options.connectionsPerKey);
  }

  /** The key comes in the payload as `authorization` or `token`, or in the header, which browsers cannot set. */
  async connect({ extra, connectionParams }: SocketContext): Promise<boolean> {
    const { socket, request } = extra;
    try {
      const secret = secretIn(connectionParams) ?? secretOf(request.headers.authorization);
      const caller = await this.options.gate.authenticate(secret);
      this.options.gate.charge(caller);
      if (socket.readyState !== socket.OPEN) return false;
      extra.caller = caller;
      return this.register(socket, caller);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const code = error.code === 'RATE_LIMITED' ? closeCodes.tryAgainLater : closeCodes.forbidden;
      socket.close(code, error.message);
      return false;
    }
  }

  private register(socket: WebSocket, caller: Caller): boolean {
    if (caller.keyId === null) return true;
    const leave = this.connections.enter(caller.keyId);
    if (!leave) {
      socket.close(closeCodes.tryAgainLater, 'This API key has too many sockets open.');
      return false;
    }
    const unwatch = this.options.gate.onRevoked(caller, () =>
      socket.close(closeCodes.forbidden, 'This API key was revoked.'),
    );
    socket.once('close', () => {
      leave();
      unwatch();
    });
    return true;
  }

  /** What to execute, or why it is not executed. */
  subscribe({ extra }: SocketContext, id: string, payload: SubscribePayload): ExecutionArgs | GraphQLError[] {
    const { schema, documents, gate, contextOf } = this.options;
    const { caller, request, operations } = extra;
    // graphql-ws closes sockets that subscribe before they were let in.
    if (!caller) throw new Error('A socket without a caller has subscribed.');
    if (operations.size >= operationLimits.subscriptions) {
      const message = `A socket carries at most ${operationLimits.subscriptions} operations at once.`;
      return [new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX' } })];
    }
    try {
      gate.charge(caller);
      const admitted = admitOperation(schema, documents, payload);
      if (Array.isArray(admitted)) return admitted;
      gate.debit(caller, furtherRequests(admitted.cost));
      operations.begin(id, payload);
      return { ...admitted, schema, contextValue: contextOf(request, caller) };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      if (error instanceof Refusal) return [new GraphQLError(error.message, { extensions: { ...error.extensions } })];
      throw error;
    }
  }
}

function secretIn(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = payload?.authorization ?? payload?.Authorization ?? payload?.token;
  return typeof given === 'string' ? secretOf(given) : undefined;
}
