import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodes } from '../../clients/cli/exit-codes.js';
import { bytes, cells, fitted } from '../../clients/cli/output.js';
import { describe as describeProgress, duration } from '../../clients/cli/progress/view.js';
import { parseSubRip } from '../../clients/cli/subrip.js';
import * as sdk from '../../clients/sdk/src/index.js';

describe('exit codes', () => {
  type ErrorClass = new (...args: never[]) => sdk.ReelQLError;
  const exported: readonly unknown[] = Object.values(sdk);
  const classes = exported.filter(
    (one): one is ErrorClass => typeof one === 'function' && one.prototype instanceof sdk.ReelQLError,
  );

  it('tell every error of the SDK from “anything else”', () => {
    expect(classes.length).toBeGreaterThan(12);
    const listed = exitCodes.map(({ exit }) => exit) as number[];
    for (const Class of classes) {
      const code = exitCodeOf(new Class(...([{ message: '' }, { message: '' }] as never[])));
      expect(code, Class.name).toBeGreaterThan(1);
      expect(listed).toContain(code);
    }
  });
});

describe('lines of a table', () => {
  it('are cut to the width of the terminal, in which East Asian characters take two cells', () => {
    expect(fitted('a red car', 9)).toBe('a red car');
    expect(fitted('a red car', 8)).toBe('a red c…');
    expect(cells('红色跑车')).toBe(8);
    expect(fitted('红色跑车', 6)).toBe('红色…');
    expect(fitted('红色跑车', 7)).toBe('红色跑…');
  });

  it('have sizes and times for people', () => {
    expect([0, 999, 1500, 123_456, 17_300_000, 25.3e9].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '123 kB',
      '17.3 MB',
      '25.3 GB',
    ]);
    expect([0.2, 59.1, 61, 3599, 7260].map(duration)).toEqual([
      '1 s',
      '1 min 0 s',
      '1 min 1 s',
      '59 min 59 s',
      '2 h 1 min',
    ]);
  });

  it('say the phase, the step, the place in the queue and the time left', () => {
    const progress = { step: 0, totalSteps: 20, fraction: 0, secondsRemaining: null, queuePosition: null } as const;
    expect(describeProgress({ ...progress, phase: 'WAITING', queuePosition: 3 })).toBe(
      'Waiting, number 3 in the queue',
    );
    expect(describeProgress({ ...progress, phase: 'DENOISING', step: 4, secondsRemaining: 7.2 })).toBe(
      'Denoising, step 4/20, 8 s left',
    );
    expect(describeProgress({ ...progress, phase: 'DONE', secondsRemaining: 0 })).toBe('Done');
  });
});

describe('SubRip', () => {
  it('becomes subtitles, whatever the line ends, without its formatting', () => {
    const file =
      '\ufeff1\r\n00:00:00,500 --> 00:00:01,250\r\n<i>A red car</i>\r\n一辆红色的车\r\n\r\n2\r\n00:01:00.000 --> 01:00:02.000\r\nEnd\r\n';
    expect(parseSubRip(file)).toEqual([
      { startSeconds: 0.5, endSeconds: 1.25, text: 'A red car\n一辆红色的车' },
      { startSeconds: 60, endSeconds: 3602, text: 'End' },
    ]);
  });

  it('that is none is named', () => expect(() => parseSubRip('1\nhello')).toThrow(/no subtitle.*1 \/ hello/));
});
