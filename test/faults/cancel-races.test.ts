import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { systemClock } from '../../src/clock.js';
import { cpuDevice } from '../../src/execution/devices.js';
import { StepScheduler } from '../../src/scheduler/scheduler.js';
import { defaultOutputs } from '../../src/video/outputs.js';
import { ffmpegVideoEncoder } from '../../src/video/video-encoder.js';
import { childProcesses } from '../support/child-processes.js';
import { compiled } from '../support/compiled.js';
import { MemoryRecorder } from '../support/memory-recorder.js';
import { smallManifest } from '../support/small-manifest.js';

const manifest = manifestSchema.parse(smallManifest);
const executorEntry = compiled('scripted-executor');

/** What strikes a generation, and before which of its reports. */
const blow = fc.record({
  what: fc.constantFrom('cancel', 'cancel twice', 'kill executor', 'nothing'),
  before: fc.integer({ min: 0, max: 13 }),
});

test('cancels and kills at any moment: every generation ends once, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(blow, { minLength: 3, maxLength: 5 }), async (blows) => {
      const folder = mkdtempSync(join(tmpdir(), 'reelql-races-'));
      const recorder = new MemoryRecorder();
      const scheduler = new StepScheduler({
        devices: [{ ...cpuDevice('cpu', 1), totalBytes: 8e9 }],
        workDirectory: join(folder, 'work'),
        catalog: () => ({ directory: '/models/small', manifest }),
        recorder,
        artifacts: await FileArtifactStore.open(folder),
        clock: systemClock,
        log: pino({ level: 'silent' }),
        videoEncoder: ffmpegVideoEncoder(),
        executorEntry,
      });
      const cancels: { readonly id: string; readonly answer: Promise<boolean> }[] = [];
      const seen = new Map<string, number>();
      recorder.on = ({ id }) => {
        const count = seen.get(id) ?? 0;
        seen.set(id, count + 1);
        const { what, before } = blows[Number(id)] ?? { what: 'nothing', before: 0 };
        if (count !== before) return;
        if (what === 'kill executor')
          for (const pid of childProcesses('scripted-executor')) process.kill(pid, 'SIGKILL');
        if (!what.startsWith('cancel')) return;
        cancels.push({ id, answer: scheduler.cancel(id) });
        if (what === 'cancel twice') cancels.push({ id, answer: scheduler.cancel(id) });
      };
      const ids = blows.map((_, i) => String(i));
      for (const generationId of ids) {
        const settings = { ...manifest.defaults, seed: 1 };
        const texts = { prompt: 'a car', negativePrompt: '' };
        const plain = {
          client: 'anyone',
          batching: 'AUTO',
          outputs: defaultOutputs,
          firstFrame: null,
          continues: null,
        } as const;
        scheduler.submit({
          generationId,
          model: 'small',
          ...texts,
          settings,
          priority: 0,
          createdAt: new Date(),
          ...plain,
        });
      }
      const ends = await Promise.all(ids.map((id) => recorder.end(id)));
      for (const [i, end] of ends.entries()) {
        const reports = recorder.of(String(i)).map(({ type }) => type);
        expect(reports.filter((type) => ['succeeded', 'failed', 'canceled'].includes(type))).toHaveLength(1);
        // A killed executor may cost whoever has the device; nothing else makes a generation fail.
        if (end.type === 'failed') expect(end.failure.code).toBe('DEVICE_LOST');
        for (const { answer } of cancels.filter(({ id }) => id === String(i))) {
          expect(await answer).toBe(end.type === 'canceled');
        }
      }
      if (blows.every(({ what }) => what !== 'kill executor'))
        expect(ends.map(({ type }) => type)).not.toContain('failed');
      await scheduler.stop();
      expect(childProcesses()).toEqual([]);
      expect(readdirSync(join(folder, 'staged'))).toEqual([]);
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 6 },
  );
});
