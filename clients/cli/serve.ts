import { type ConfigInput, loadConfig } from '../../src/config.js';
import { command } from './command.js';
import { onStdout } from './style.js';

export const serve = command({
  meta: { name: 'serve', description: 'Serve GraphQL over HTTP and WebSocket, and a page to try it' },
  args: {
    host: { type: 'string', description: 'Address to listen on (127.0.0.1)' },
    port: { type: 'string', description: 'Port to listen on (4000)' },
    'data-dir': { type: 'string', description: 'Database, artifacts and models (var)' },
    devices: { type: 'string', description: 'auto, or some of: cpu, cuda-0, …' },
    auth: {
      type: 'string',
      description: 'keys: every request brings an API key; off: loopback only',
      valueHint: 'keys',
    },
  },
  async run({ args }) {
    const { host, port, devices, auth } = args;
    const overrides = { host, port, devices, auth, dataDir: args['data-dir'] };
    const { startApp } = await import('../../src/app.js');
    const app = await startApp(loadConfig(overrides as ConfigInput));
    process.stdout.write(
      `${onStdout.bold('ReelQL')} is ready\n  page     ${onStdout.cyan(app.url)}\n  GraphQL  ${onStdout.cyan(`${app.url}/graphql`)}  (HTTP and WebSocket)\n`,
    );
    await signalled('SIGINT', 'SIGTERM');
    await app.close();
  },
});

/** Resolves at the first of the signals; a second one ends the process at once. */
function signalled(...signals: NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of signals) {
      process.on(signal, () => {
        if (seen) process.exit(1);
        seen = true;
        resolve();
      });
    }
  });
}
