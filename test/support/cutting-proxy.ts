import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and the server that can break at any byte, and lead to another server. */
export class CuttingProxy {
  private readonly sockets = new Set<Socket>();
  private budgets: number[] = [];
  /** How many there were since `breakAfter`. */
  connections = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** URL of the server to which new connections go; null ends them at once. */
    public target: string | null,
  ) {}

  static async start(target: string): Promise<CuttingProxy> {
    const server = createServer((client) => {
      if (proxy.target === null) client.destroy();
      else proxy.join(client, connect(Number(new URL(proxy.target).port), '127.0.0.1'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CuttingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, target);
    return proxy;
  }

  /** The next connections break after so many bytes from the server each; those after them do not. */
  breakAfter(bytes: readonly number[]): void {
    this.budgets = [...bytes];
    this.connections = 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, server: Socket): void {
    this.connections += 1;
    let budget = this.budgets.shift() ?? Number.POSITIVE_INFINITY;
    const end = () => {
      // What was sent before the break arrives; nothing after it does.
      client.end(() => client.destroy());
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      client.write(bytes.subarray(0, budget));
      budget -= bytes.length;
      if (budget <= 0) end();
    });
  }
}
