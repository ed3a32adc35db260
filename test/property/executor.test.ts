import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { GenerationRequest } from '../../src/execution/protocol.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import type { Executors } from '../support/executors.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { PlayingScheduler } from '../support/playing-scheduler.js';

/** Whatever is done to a generation between its steps, and however often its executor is killed: the same latents, the same frames. */
let folder: string;
let model: InstalledModel;
let executors: Executors;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-moves-'));
  model = await importMicroModel(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await executors.stop();
  expect(childProcesses()).toEqual([]);
});

const settings = { width: 64, height: 64, frameCount: 5, fps: 8, steps: 6, guidanceScale: 5, shift: 5, seed: 7 };
const requestWith = (sampler: 'UNIPC' | 'EULER'): GenerationRequest => ({
  prompt: 'a red car',
  negativePrompt: 'blurred',
  settings: { ...settings, guidanceRescale: 0, sampler },
  firstFrame: false,
});

type Move = 'step' | 'step and save' | 'save' | 'kill' | 'reopen' | 'split step' | 'decode a little';
const move = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Move>('step') },
  { weight: 3, arbitrary: fc.constant<Move>('step and save') },
  { weight: 4, arbitrary: fc.constantFrom<Move>('save', 'kill', 'reopen', 'split step', 'decode a little') },
);

/** What a scheduler would know: the step at which the generation stands, and the one on disk. */
async function make(moves: readonly Move[], scheduler: PlayingScheduler, request: GenerationRequest): Promise<void> {
  const { steps } = request.settings;
  let step = await scheduler.open('a', request);
  let saved = 0;
  for (const each of moves) {
    if (step === steps && each.includes('step')) continue;
    switch (each) {
      case 'step':
      case 'step and save': {
        const member = await scheduler.step('a', each === 'step and save');
        expect(member.step).toBe(++step);
        if (member.checkpointed) saved = step;
        break;
      }
      case 'split step': {
        const predict = { kind: 'predict', generationId: 'a' } as const;
        await scheduler.executors.run({ ...predict, row: 'conditional' });
        await scheduler.executors.run({ ...predict, row: 'unconditional' });
        const advance = { kind: 'advance', generationId: 'a', checkpoint: false } as const;
        if ((await scheduler.executors.run(advance)).checkpointed) saved = step + 1;
        step++;
        break;
      }
      case 'save':
        await scheduler.executors.run({ kind: 'checkpoint', generationIds: ['a'] });
        saved = step;
        break;
      case 'kill':
      case 'reopen':
        if (each === 'kill') await scheduler.executors.kill();
        step = await scheduler.open('a', request);
        expect(step).toBe(saved);
        break;
      case 'decode a little':
        if (saved < steps) break;
        await scheduler.executors.run({ kind: 'decode', generationId: 'a', bundle: model.directory });
        await scheduler.executors.run({ kind: 'forget', generationIds: ['a'] });
        step = await scheduler.open('a', request);
        break;
    }
  }
  await scheduler.denoise('a', request);
}

test.each(['UNIPC', 'EULER'] as const)('any moves between the steps, %s', async (sampler) => {
  const request = requestWith(sampler);
  const scheduler = await PlayingScheduler.over(model, mkdtempSync(join(folder, 'work-')));
  ({ executors } = scheduler);
  const undisturbed = await scheduler.play('undisturbed', request);
  const runs = Number(process.env.REELQL_TEST_RUNS ?? 6);
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 14 }), async (moves) => {
      await scheduler.work.remove('a');
      await make(moves, scheduler, request);
      expect(await scheduler.outcome('a')).toEqual(undisturbed);
    }),
    { numRuns: runs, endOnFailure: true },
  );
});
