import type { Http } from './http.js';
import type { Socket } from './socket.js';

/** The two ways to one server. */
export interface Server {
  readonly http: Http;
  readonly socket: Socket;
}
