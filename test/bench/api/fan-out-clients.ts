/** All subscribers of one server, a socket each, in a process of their own: `node fan-out-clients.js PORT`. */
import { generations, now, type Received, subscribers, watch } from './fan-out-load.js';
import { FrameSocket } from './frame-socket.js';

const due = Buffer.from('"secondsRemaining":');
const comma = 44;
let latencies: number[] = [];

function arrived(message: Buffer): void {
  const at = message.indexOf(due) + due.length;
  latencies.push(now() - Number(message.toString('latin1', at, message.indexOf(comma, at))));
}

async function join(index: number): Promise<void> {
  const socket = await FrameSocket.open(Number(process.argv[2]));
  await socket.ask({ type: 'connection_init' });
  const variables = { id: `generation_${index % generations}`, after: 0 };
  socket.onMessage = arrived;
  socket.send({ id: `${index}`, type: 'subscribe', payload: { query: watch, variables } });
}

for (let index = 0; index < subscribers; index++) await join(index);
process.send?.('ready');
process.on('message', () => {
  const received: Received = { latencies: Float64Array.from(latencies).sort() };
  latencies = [];
  process.send?.(received);
});
process.on('disconnect', () => process.exit());
