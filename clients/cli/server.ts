import { WebSocket } from 'ws';
import { notedAddress } from '../../src/address-file.js';
import { loadConfig } from '../../src/config.js';
import { ConnectionError, ReelQL } from '../sdk/src/index.js';

export interface Connection extends AsyncDisposable {
  readonly client: ReelQL;
  /** True if this process started the server, which then ends with it. */
  readonly embedded: boolean;
}

/** What `serverOptions` were given. */
export interface ServerArgs {
  readonly server?: string | undefined;
  readonly 'api-key'?: string | undefined;
}

/** The server asked for; else the one that runs on this machine; else one in this process, on a free port and the same data. */
export async function connect(args: ServerArgs = {}): Promise<Connection> {
  const wanted = args.server ?? (process.env.REELQL_SERVER || undefined);
  for (const url of wanted ? [wanted] : await likelyAddresses()) {
    const client = clientOf(url, args['api-key']);
    if (await client.isReachable()) return connection(client, null);
  }
  if (wanted) throw new ConnectionError(`No ReelQL server answers at ${wanted}. Start one with: npx reelql serve`);
  return startEmbedded({ apiKey: args['api-key'] });
}

/** Where a server of this configuration would be, and where the one that uses the data folder says it is: its port may be another. */
async function likelyAddresses(): Promise<string[]> {
  const { host, port, dataDir } = loadConfig();
  const noted = await notedAddress(dataDir);
  return [...(noted ? [noted] : []), `http://${host}:${port}`];
}

/** A server of our own, quiet and on a free port. */
export async function startEmbedded(
  options: { readonly dataDir?: string | undefined; readonly apiKey?: string | undefined } = {},
): Promise<Connection> {
  const quiet = process.env.REELQL_LOG_LEVEL ? {} : { logLevel: 'error' as const };
  const dataDir = options.dataDir ? { dataDir: options.dataDir } : {};
  // The server is half a second of loading: commands that find one running do without.
  const { startApp } = await import('../../src/app.js');
  const app = await startApp(loadConfig({ host: '127.0.0.1', port: 0, ...quiet, ...dataDir }));
  return connection(clientOf(app.url, options.apiKey), app);
}

function clientOf(url: string, apiKey = process.env.REELQL_API_KEY): ReelQL {
  return new ReelQL({ url, apiKey, webSocket: WebSocket });
}

function connection(client: ReelQL, app: { close(): Promise<void> } | null): Connection {
  return {
    client,
    embedded: app !== null,
    async [Symbol.asyncDispose]() {
      await client.close();
      await app?.close();
    },
  };
}
