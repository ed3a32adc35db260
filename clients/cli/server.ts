import { startApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { Client } from './client.js';

export interface Connection extends AsyncDisposable {
  readonly client: Client;
  /** True if this process started the server, which then ends with it. */
  readonly embedded: boolean;
}

/** The server at `url` if one answers there, else one started in this process on a free port, on the same data. */
export async function connect(url?: string): Promise<Connection> {
  const config = loadConfig();
  const running = url ?? `http://${config.host}:${config.port}`;
  if (await Client.reaches(running)) return connection(new Client(running), null);
  if (url) throw new Error(`No ReelQL server answers at ${url}. Start one with: npx reelql serve`);
  return startEmbedded();
}

/** A server of our own, quiet and on a free port. */
export async function startEmbedded(dataDir?: string): Promise<Connection> {
  const quiet = process.env.REELQL_LOG_LEVEL ? {} : { logLevel: 'error' as const };
  const app = await startApp(loadConfig({ port: 0, ...quiet, ...(dataDir ? { dataDir } : {}) }));
  return connection(new Client(app.url), app);
}

function connection(client: Client, app: { close(): Promise<void> } | null): Connection {
  return {
    client,
    embedded: app !== null,
    async [Symbol.asyncDispose]() {
      await client.close();
      await app?.close();
    },
  };
}
