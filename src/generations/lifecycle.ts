import type { GenerationStatus } from './generation.js';

/**
 * The life of a generation, whole:
 *
 *     ╭──────────────── SHARE ───────────╮
 *     │        START                SUCCEED
 *   QUEUED ───────────▶ RUNNING ───────────▶ SUCCEEDED
 *     ▲  ╲               │ ╲ ╲    FAIL
 *     │   ╲── FAIL ──────┼──╲─╲────────────▶ FAILED
 *     │    ╲─ CANCEL ────┼───╲─────────────▶ CANCELED
 *     └──────────────────┘
 *         RESTART             PROGRESS and RESUME leave RUNNING as it is.
 *
 * RESTART is what happens to the ones that were running when the server ended. SHARE takes the result of an identical one, so
 * that nothing need run. The three on the right are final: a late message of a device can not bring them back.
 */
export const transitions = {
  START: { QUEUED: 'RUNNING' },
  PROGRESS: { RUNNING: 'RUNNING' },
  RESUME: { RUNNING: 'RUNNING' },
  RESTART: { RUNNING: 'QUEUED' },
  SHARE: { QUEUED: 'SUCCEEDED' },
  SUCCEED: { RUNNING: 'SUCCEEDED' },
  FAIL: { QUEUED: 'FAILED', RUNNING: 'FAILED' },
  CANCEL: { QUEUED: 'CANCELED', RUNNING: 'CANCELED' },
} as const satisfies Record<string, Partial<Record<GenerationStatus, GenerationStatus>>>;
export type Transition = keyof typeof transitions;

export function isFinal(status: GenerationStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELED';
}

/**
 * The status that follows, or null where the generation has ended and the transition comes too late.
 * @throws Error for a transition that cannot happen to an unfinished generation: a mistake in the caller, not in the data.
 */
export function nextStatus(status: GenerationStatus, transition: Transition): GenerationStatus | null {
  const row: Partial<Record<GenerationStatus, GenerationStatus>> = transitions[transition];
  const next = row[status];
  if (next) return next;
  if (isFinal(status)) return null;
  throw new Error(`A generation that is ${status} cannot ${transition}.`);
}
