import { ConnectionError, RateLimitedError, ServerError, UnauthenticatedError } from './errors.js';
import type { Operation } from './generated/operations.js';
import type { ClientOptions } from './options.js';
import { errorOfEntries, type GraphQLErrorEntry } from './problems.js';

/** Part of what fetch takes: enough for GraphQL and files. */
export interface Request {
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData | Blob | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
}

/** The HTTP side of a server: GraphQL documents and files. */
export class Http {
  private readonly fetch: typeof fetch;

  constructor(private readonly options: ClientOptions) {
    // Called as a function: browsers refuse a fetch that has become a method.
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** @throws ReelQLError, or the signal's reason */
  async query<Data, Variables>(
    { query, name }: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data> {
    const response = await this.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query, operationName: name, variables }),
      signal,
    });
    const answer = await graphqlAnswer(response);
    if (answer.errors?.length || !answer.data) throw errorOfEntries(answer.errors ?? [], response.status);
    return answer.data as Data;
  }

  /**
   * A file of the server; relative addresses are its own. The API key goes along to this server and to no other.
   * @throws ReelQLError where the status is not 2xx
   */
  async file(path: string, request: Request = {}): Promise<Response> {
    const response = await this.send(path, request);
    if (response.ok) return response;
    const { errors = [] } = await graphqlAnswer(response);
    throw errorOfEntries(errors, response.status);
  }

  private async send(path: string, { headers, signal, ...request }: Request): Promise<Response> {
    const url = new URL(path, this.options.url);
    const own = url.origin === new URL(this.options.url).origin ? headersOf(this.options) : {};
    try {
      return await this.fetch(url, { ...request, headers: { ...own, ...headers }, ...(signal ? { signal } : {}) });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ConnectionError(`No ReelQL server answers at ${url.origin}.`, { cause });
    }
  }
}

export function headersOf({ apiKey, headers }: ClientOptions): Record<string, string> {
  return { ...headers, ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
}

async function graphqlAnswer(response: Response): Promise<{ data?: unknown; errors?: GraphQLErrorEntry[] }> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between: its status says more than its page.
    const message = `The server answered with HTTP ${response.status} and no JSON.`;
    if (response.status === 401) throw new UnauthenticatedError(message);
    if (response.status === 429)
      throw new RateLimitedError(message, Number(response.headers.get('retry-after')) || null);
    throw new ServerError(message, null, response.status);
  }
}
