import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { childProcesses } from '../support/child-processes.js';
import { ScriptedScheduler } from '../support/scripted-scheduler.js';

/** What strikes a generation, and before which of its reports. */
const blow = fc.record({
  what: fc.constantFrom('cancel', 'cancel twice', 'kill executor', 'nothing'),
  before: fc.integer({ min: 0, max: 13 }),
});

test('cancels and kills at any moment: every generation ends once, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(blow, { minLength: 3, maxLength: 5 }), async (blows) => {
      const scripted = await ScriptedScheduler.start();
      const { folder, recorder, scheduler } = scripted;
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
      for (const id of ids) scripted.submit(id, { batching: 'AUTO' });
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
      await scripted.stop();
    }),
    { numRuns: 6 },
  );
});
