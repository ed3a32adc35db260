import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ExecutorMessage,
  GenerationRequest,
  HostMessage,
  StepResult,
  Unit,
  UnitFailure,
  UnitKind,
  UnitResult,
} from '../../src/execution/protocol.js';

import { describeFailure } from '../../src/execution/unit-failure.js';
import { deadThreads } from './dead-threads.js';

/**
 * An executor with no model, for tests of the host and of the scheduler's conduct: it speaks the protocol, and a script says
 * what becomes of a unit. The script is `kind=fate`, with `bundle` of a `load` unit or the prompt of a generation:
 * `load=crash`, `step2=hang`, `decode=overflow` …, or `step2=crash-once`, which strikes one time only; `pace=20`
 * makes each of its steps last 20 ms. Pictures are grey, and
 * checkpoints a line of JSON each. A device of `deadThreads` threads fails in every unit, as a GPU does that has fallen off the bus.
 */
let dead = false;
const send = (message: ExecutorMessage): boolean => process.send?.(message) ?? false;
let heartbeat: NodeJS.Timeout | undefined;
let workDirectory = '';
const jobs = new Map<string, Job>();

interface Job {
  readonly script: string;
  readonly settings: GenerationRequest['settings'];
  steps: number;
  chunks: number;
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: HostMessage) => {
  if (message.type === 'start') {
    workDirectory = message.workDirectory;
    dead = message.device.kind === 'CPU' && message.device.threads === deadThreads;
    heartbeat = setInterval(() => send({ type: 'heartbeat' }), message.heartbeatMs);
    send({ type: 'ready' });
    return;
  }
  if (message.type === 'no-more') return;
  const { number, unit } = message;
  const failure = dead
    ? describeFailure(new Error('CUDA failure 100: no CUDA-capable device is detected ; GPU=-1'), unit)
    : suffer(fateOf(unit));
  if (failure) send({ type: 'failed', number, failure });
  else send({ type: 'done', number, result: compute(unit), seconds: 0.5, peakBytes: 1, heldBytes: 1, leftBytes: 1 });
});

function fateOf(unit: Unit): string | undefined {
  const [script, place] = placeOf(unit);
  const fate = new RegExp(`\\b${place}=(\\S+)`).exec(script)?.[1];
  if (!fate?.endsWith('-once')) return fate;
  const struck = join(workDirectory, `struck-${createHash('sha256').update(script).digest('hex')}-${place}`);
  if (existsSync(struck)) return undefined;
  writeFileSync(struck, '');
  return fate.slice(0, -'-once'.length);
}

function placeOf(unit: Unit): [script: string, place: string] {
  switch (unit.kind) {
    case 'load':
      return [unit.bundle, 'load'];
    case 'encode-text':
      return [unit.prompts.join(' '), 'encode-text'];
    case 'open':
      return [unit.request.prompt, 'open'];
    case 'step': {
      // Of a batch, the one on whom something falls.
      const places = unit.generationIds.map((id): [string, string] => {
        const job = jobs.get(id);
        return [job?.script ?? '', `step${(job?.steps ?? 0) + 1}`];
      });
      return places.find(([script, place]) => script.includes(`${place}=`)) ?? places[0] ?? ['', 'step'];
    }
    case 'predict':
    case 'advance': {
      const job = jobs.get(unit.generationId);
      return [job?.script ?? '', `${unit.kind}${job?.steps}`];
    }
    case 'decode': {
      const job = jobs.get(unit.generationId) ?? restored(unit.generationId);
      return [job?.script ?? '', `decode${(job?.chunks ?? 0) + 1}`];
    }
    default:
      return ['', unit.kind];
  }
}

function suffer(fate: string | undefined): UnitFailure | undefined {
  switch (fate) {
    case 'fail':
      return { code: 'MODEL_LOAD_FAILED', message: 'No such file.', detail: '' };
    case 'memory':
      return { code: 'OUT_OF_MEMORY', message: 'The device has not enough memory for this.', detail: '' };
    case 'crash':
      process.stderr.write('something native gave way\n');
      process.kill(process.pid, 'SIGSEGV');
      // The signal comes before this ends.
      for (;;);
    case 'exit':
      return process.exit(3);
    case 'hang':
      // Without the heat of an endless loop.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return undefined;
    case 'fall-silent':
      clearInterval(heartbeat);
  }
  return undefined;
}

function compute(unit: Unit): UnitResult<UnitKind> {
  switch (unit.kind) {
    case 'encode-text':
      return { encoded: unit.prompts.length };
    case 'open':
      begin(unit.generationId, unit.request);
      return { step: jobOf(unit.generationId).steps };
    case 'step':
      return {
        members: unit.generationIds.map((id) => step(id, unit.checkpoint.includes(id))),
        idleSeconds: null,
        aheadSeconds: 0,
      };
    case 'predict':
      return {};
    case 'advance':
      return step(unit.generationId, unit.checkpoint);
    case 'decode': {
      const job = jobs.get(unit.generationId) ?? restored(unit.generationId);
      if (!job) throw new Error(`${unit.generationId} has no checkpoint`);
      jobs.set(unit.generationId, job);
      const { width, height, frameCount } = job.settings;
      const frameIndex = job.chunks === 0 ? 0 : 4 * job.chunks - 3;
      const count = job.chunks++ === 0 ? 1 : 4;
      const frames = { data: new Uint8Array(count * width * height * 3).fill(99), count, width, height };
      const last = 4 * job.chunks >= frameCount;
      if (last) jobs.delete(unit.generationId);
      return { frames, frameIndex, last };
    }
    case 'checkpoint':
      for (const id of unit.generationIds) writeFileSync(checkpointPath(id), JSON.stringify(jobOf(id)));
      return {};
    case 'forget':
      for (const id of unit.generationIds) jobs.delete(id);
  }
  return {};
}

function begin(generationId: string, { prompt, settings }: GenerationRequest): void {
  jobs.set(generationId, restored(generationId) ?? { script: prompt, settings, steps: 0, chunks: 0 });
}

function checkpointPath(generationId: string): string {
  return join(workDirectory, 'checkpoints', `${generationId}.json`);
}

function restored(generationId: string): Job | undefined {
  const path = checkpointPath(generationId);
  return existsSync(path) ? { ...JSON.parse(readFileSync(path, 'utf8')), chunks: 0 } : undefined;
}

function step(generationId: string, checkpoint = false): StepResult {
  const job = jobOf(generationId);
  const pace = /\bpace=(\d+)/.exec(job.script)?.[1];
  if (pace) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(pace));
  job.steps++;
  const preview = { data: new Uint8Array(2 * 2 * 2 * 3), count: 2, width: 2, height: 2 };
  const finite = !job.script.includes(`step${job.steps}=overflow`);
  const checkpointed = checkpoint || job.steps === job.settings.steps;
  if (checkpointed) writeFileSync(checkpointPath(generationId), JSON.stringify(job));
  return { generationId, step: job.steps, finite, checkpointed, preview };
}

function jobOf(generationId: string): Job {
  const job = jobs.get(generationId);
  if (!job) throw new Error('not here');
  return job;
}
