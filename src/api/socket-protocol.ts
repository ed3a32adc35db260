import { makeServer, type Server } from 'graphql-ws';
import type { Log } from '../log.js';
import { deliver } from './delivery.js';
import { FanOut, SharedSubscription } from './fan-out.js';
import { nothingEver } from './operation-ids.js';
import { operationLimits } from './policy/limits.js';
import { maskError } from './policy/mask-error.js';
import { SocketAdmission, type SocketAdmissionOptions, type SocketExtra } from './socket-admission.js';

/** graphql-transport-ws as this server speaks it: admission before each operation, shared execution after, errors masked. */
export function createSocketProtocol(options: SocketAdmissionOptions, log: Log): Server<SocketExtra> {
  const admission = new SocketAdmission(options);
  const fanOut = new FanOut((error) => maskError(error, log));
  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: operationLimits.initTimeout,
    onConnect: (context) => admission.connect(context),
    onSubscribe: (context, id, payload) => admission.subscribe(context, id, payload),
    subscribe: (args) => fanOut.subscribe(args),
    onOperation({ extra }, id, payload, _args, result) {
      const results = result instanceof SharedSubscription ? result : null;
      if (extra.operations.isPast(id, payload)) {
        extra.operations.end(id, payload);
        void results?.end();
        return nothingEver();
      }
      return results ? deliver(extra, id, results) : undefined;
    },
    onNext: (_context, _id, _payload, _args, { errors, data }) =>
      errors ? { data: data ?? null, errors: errors.map((error) => maskError(error, log)) } : undefined,
    onError({ extra }, id, payload, errors) {
      extra.operations.end(id, payload);
      return errors.map((error) => maskError(error, log));
    },
    onComplete: ({ extra }, id, payload) => extra.operations.end(id, payload),
  });
}
