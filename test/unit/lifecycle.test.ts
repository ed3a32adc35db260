import { describe, expect, it } from 'vitest';
import { isTerminal, transitionOf } from '../../src/events/event.js';
import { generationStatuses } from '../../src/generations/generation.js';
import { isFinal, nextStatus, type Transition, transitions } from '../../src/generations/lifecycle.js';

const all = Object.keys(transitions) as Transition[];

describe('the life of a generation', () => {
  it('is this table and nothing else', () => {
    const table = all.map((transition) => {
      const row = generationStatuses.map((status) => {
        try {
          return nextStatus(status, transition) ?? 'dropped';
        } catch {
          return 'mistake';
        }
      });
      return [transition, ...row];
    });
    // Columns: QUEUED, RUNNING, then the final ones.
    const late = ['dropped', 'dropped', 'dropped'];
    expect(table).toEqual([
      ['START', 'RUNNING', 'mistake', ...late],
      ['PROGRESS', 'mistake', 'RUNNING', ...late],
      ['RESUME', 'mistake', 'RUNNING', ...late],
      ['RESTART', 'mistake', 'QUEUED', ...late],
      ['SHARE', 'SUCCEEDED', 'mistake', ...late],
      ['SUCCEED', 'mistake', 'SUCCEEDED', ...late],
      ['FAIL', 'FAILED', 'FAILED', ...late],
      ['CANCEL', 'CANCELED', 'CANCELED', ...late],
    ]);
  });

  it('says what was wrong where a caller makes a mistake', () => {
    expect(() => nextStatus('QUEUED', 'SUCCEED')).toThrow('A generation that is QUEUED cannot SUCCEED.');
  });

  it('ends with exactly the events that end a stream', () => {
    const failure = { code: 'INTERNAL' as const, message: '', retryable: false };
    const bodies = [
      { type: 'GenerationStarted', deviceId: 'cpu' },
      { type: 'GenerationResumed', fromStep: 0, cause: 'SERVER_RESTARTED' },
      { type: 'GenerationResumed', fromStep: 3, cause: 'PREEMPTED' },
      { type: 'GenerationSucceeded', artifacts: [] },
      { type: 'GenerationSucceeded', artifacts: [], cached: true },
      { type: 'GenerationFailed', failure },
      { type: 'GenerationCanceled' },
    ] as const;
    for (const body of bodies) {
      const transition = transitionOf(body);
      const next = nextStatus(transition === 'START' || transition === 'SHARE' ? 'QUEUED' : 'RUNNING', transition);
      expect(isTerminal(body)).toBe(next !== null && isFinal(next));
    }
  });
});
