import { endWithParent } from './end-with-parent.js';
import { heldBytes, watchPeak } from './process-memory.js';
import type { ExecutorDevice, ExecutorMessage, HostMessage, Unit, UnitKind, UnitResult } from './protocol.js';
import { describeFailure } from './unit-failure.js';
import { WorkFiles } from './work-files.js';

interface Runner {
  run(unit: Unit): Promise<UnitResult<UnitKind>>;
  noMore(): void;
}

/**
 * Makes this process an executor: its side of the contract in protocol.ts. It is a process because onnxruntime-node's
 * `session.run` blocks its thread and because what crashes in native code takes its process along.
 */
export function serveUnits(createRunner: (device: ExecutorDevice, work: WorkFiles) => Runner): void {
  let device: ExecutorDevice = { kind: 'CPU', threads: 1 };
  let runner: Runner | null = null;
  endWithParent();

  // Not `exit`, which takes libraries apart: a session may be computing on its own thread.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // A terminal sends Ctrl-C to the whole group; ending the executor is the server's business.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

  process.on('message', (message: HostMessage) => {
    switch (message.type) {
      case 'start':
        device = message.device;
        runner = createRunner(device, new WorkFiles(message.workDirectory));
        setInterval(() => send({ type: 'heartbeat' }), message.heartbeatMs);
        send({ type: 'ready' });
        return;
      case 'unit':
        void answer(message);
        return;
      case 'no-more':
        runner?.noMore();
        return;
    }
  });

  async function answer({ number, unit }: Extract<HostMessage, { type: 'unit' }>): Promise<void> {
    const held = heldBytes(device);
    const endWatch = watchPeak(device);
    const begun = performance.now();
    try {
      if (!runner) throw new Error('a unit came before start');
      const result = await runner.run(unit);
      const seconds = (performance.now() - begun) / 1000;
      const memory = { heldBytes: held, peakBytes: endWatch(), leftBytes: heldBytes(device) };
      send({ type: 'done', number, result, seconds, ...memory });
    } catch (error) {
      endWatch();
      send({ type: 'failed', number, failure: describeFailure(error, unit) });
    }
  }
}

function send(message: ExecutorMessage): void {
  // The host has gone if the channel is closed: `disconnect` follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
