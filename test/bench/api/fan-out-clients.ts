/** All subscribers of one server, a socket each, in a process of their own: `node fan-out-clients.js PORT`. */
import { WebSocket } from 'ws';
import { generations, now, type Received, subscribers, watch } from './fan-out-load.js';

let latencies: number[] = [];
const due = Buffer.from('"secondsRemaining":');

function arrived(message: Buffer): void {
  const at = message.indexOf(due) + due.length;
  latencies.push(now() - Number(message.toString('latin1', at, message.indexOf(44, at))));
}

async function join(index: number): Promise<void> {
  // The messages are trusted: checking them is not the server's work, and both share the machine.
  const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/graphql`, 'graphql-transport-ws', {
    skipUTF8Validation: true,
    perMessageDeflate: false,
  });
  const variables = { id: `generation_${index % generations}`, after: 0 };
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.on('message', (message) => arrived(message as Buffer));
      socket.send(JSON.stringify({ id: `${index}`, type: 'subscribe', payload: { query: watch, variables } }));
      resolve();
    });
  });
}

for (let index = 0; index < subscribers; index++) await join(index);
process.send?.('ready');
process.on('message', () => {
  const received: Received = { latencies: Float64Array.from(latencies).sort() };
  latencies = [];
  process.send?.(received);
});
process.on('disconnect', () => process.exit());
