import { pino } from 'pino';
import { sourceEntry } from '../../src/execution/executor-entry.js';
import { ExecutorHost } from '../../src/execution/host.js';

/** A process that has an executor, says which, and waits for its own end. */
const host = new ExecutorHost({
  device: { kind: 'CPU', threads: 1 },
  log: pino({ level: 'silent' }),
  entry: sourceEntry(new URL('./scripted-executor.ts', import.meta.url)),
});
await host.run({ kind: 'load', bundle: 'answer', component: 'vae' }, 20_000);
process.send?.(host.pid);
