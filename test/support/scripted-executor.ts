import type {
  ExecutorMessage,
  HostMessage,
  Unit,
  UnitFailure,
  UnitKind,
  UnitResult,
} from '../../src/execution/protocol.js';

/**
 * An executor with no model, for tests of the host and of the scheduler's conduct: it speaks the protocol, and a script says
 * what becomes of a unit. The script is `kind=fate`, with `bundle` of a `load` unit or the prompt of a generation:
 * `load=crash`, `step2=hang`, `decode=overflow` … Pictures are grey.
 */
const send = (message: ExecutorMessage): boolean => process.send?.(message) ?? false;
let heartbeat: NodeJS.Timeout | undefined;
const jobs = new Map<string, { readonly script: string; readonly settings: Size; steps: number; chunks: number }>();

interface Size {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: HostMessage) => {
  if (message.type === 'start') {
    heartbeat = setInterval(() => send({ type: 'heartbeat' }), message.heartbeatMs);
    send({ type: 'ready' });
    return;
  }
  const { number, unit } = message;
  const result = compute(unit);
  const failure = suffer(fateOf(unit));
  if (failure) send({ type: 'failed', number, failure });
  else send({ type: 'done', number, result, seconds: 0.5, peakRssBytes: 1 });
});

function fateOf(unit: Unit): string | undefined {
  const [script, place] = placeOf(unit);
  return new RegExp(`\\b${place}=(\\S+)`).exec(script)?.[1];
}

function placeOf(unit: Unit): [script: string, place: string] {
  switch (unit.kind) {
    case 'load':
      return [unit.bundle, 'load'];
    case 'encode-text':
      return [unit.request.prompt, 'encode-text'];
    case 'step': {
      const job = jobs.get(unit.generationIds[0] ?? '');
      return [job?.script ?? '', `step${job?.steps}`];
    }
    case 'decode': {
      const job = jobs.get(unit.generationId);
      return [job?.script ?? '', `decode${job?.chunks}`];
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
      for (;;);
    case 'fall-silent':
      clearInterval(heartbeat);
  }
  return undefined;
}

function compute(unit: Unit): UnitResult<UnitKind> {
  switch (unit.kind) {
    case 'encode-text': {
      const { prompt, settings } = unit.request;
      jobs.set(unit.generationId, { script: prompt, settings, steps: 0, chunks: 0 });
      return { tokens: [1, 1] };
    }
    case 'step':
      return { members: unit.generationIds.map((id) => step(id)) };
    case 'decode': {
      const job = jobs.get(unit.generationId);
      if (!job) throw new Error('not here');
      const { width, height, frameCount } = job.settings;
      const count = job.chunks++ === 0 ? 1 : 4;
      const frames = { data: new Uint8Array(count * width * height * 3).fill(99), count, width, height };
      return { frames, last: 4 * job.chunks >= frameCount };
    }
    case 'forget':
      for (const id of unit.generationIds) jobs.delete(id);
  }
  return {};
}

function step(generationId: string) {
  const job = jobs.get(generationId);
  if (!job) throw new Error('not here');
  job.steps++;
  const preview = { data: new Uint8Array(2 * 2 * 2 * 3), count: 2, width: 2, height: 2 };
  return { generationId, step: job.steps, finite: !job.script.includes(`step${job.steps}=overflow`), preview };
}
