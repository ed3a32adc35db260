import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { ExecutorHost } from '../../src/execution/host.js';
import { compiled } from './compiled.js';
import { faultyEntry } from './faults.js';

/**
 * A process that has an executor, says which, and waits for its own end. With a work directory on its command line the
 * executor is one that hangs in its first unit.
 */
const [, , workDirectory = ''] = process.argv;
const host = new ExecutorHost({
  device: { kind: 'CPU', threads: 1 },
  log: pino({ level: 'silent' }),
  workDirectory,
  entry: workDirectory ? faultyEntry([{ what: 'stall', times: 1 }]) : compiled('scripted-executor'),
});
const unit = host.run({ kind: 'load', bundle: 'answer', component: 'vae' }, 60_000);
// The fault leaves a file when it strikes.
if (workDirectory === '') await unit;
else while (!existsSync(join(workDirectory, 'faults/0-0'))) await setTimeout(5);
process.send?.(host.pid);
