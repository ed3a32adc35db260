import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { z } from 'zod';

export interface LoggedEvent {
  readonly sequence: number;
  readonly type: string;
  readonly at: number;
  /** Steps done, where the event says so. */
  readonly step: number | null;
  readonly fromStep: number | null;
}

/** A generation as the database has it, after the server has gone. */
export interface Outcome {
  readonly id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly seed: number;
  /** Content hash of the MP4. */
  readonly video: string | null;
  readonly events: readonly LoggedEvent[];
}

const settingsSchema = z.object({ seed: z.number() });
const payloadSchema = z.looseObject({
  progress: z.looseObject({ step: z.number() }).optional(),
  fromStep: z.number().optional(),
});

/** Everything in a server's database, read from outside. */
export async function readOutcomes(dataDir: string): Promise<Outcome[]> {
  const database = createClient({ url: `file:${join(dataDir, 'reelql.db')}` });
  try {
    const rows = async (sql: string) => (await database.execute(sql)).rows;
    const events = await rows('SELECT * FROM GenerationEvent ORDER BY generationId, sequence');
    const videos = await rows("SELECT generationId, sha256 FROM Artifact WHERE kind = 'VIDEO'");
    return (await rows('SELECT id, status, failure, settings FROM Generation ORDER BY id')).map((row) => ({
      id: String(row.id),
      status: String(row.status),
      failure: row.failure === null ? null : String(row.failure),
      seed: settingsSchema.parse(JSON.parse(String(row.settings))).seed,
      video: String(videos.find(({ generationId }) => generationId === row.id)?.sha256 ?? '') || null,
      events: events
        .filter(({ generationId }) => generationId === row.id)
        .map(({ sequence, type, occurredAt, payload }) => {
          const { progress, fromStep } = payloadSchema.parse(JSON.parse(String(payload)));
          const at = new Date(occurredAt as string | number).getTime();
          return {
            sequence: Number(sequence),
            type: String(type),
            at,
            step: progress?.step ?? null,
            fromStep: fromStep ?? null,
          };
        }),
    }));
  } finally {
    database.close();
  }
}

/** What a campaign finds wrong, and how bad what is allowed was. */
export interface Verdict {
  readonly generations: number;
  /** Not SUCCEEDED in the end. */
  readonly lost: number;
  /** MP4s whose bytes are not those of an undisturbed run. */
  readonly different: number;
  /** Event logs with a hole, a repeat, or something after the end. */
  readonly brokenLogs: number;
  readonly resumes: number;
  /** Steps that were done and had to be done again, at most in one go. */
  readonly mostStepsLost: number;
  /** Between two events of one generation, from its start to its end. */
  readonly longestPauseSeconds: number;
}

/** @param undisturbed the right video's hash, by seed */
export function judge(outcomes: readonly Outcome[], undisturbed: ReadonlyMap<number, string>): Verdict {
  const succeeded = outcomes.filter(({ status }) => status === 'SUCCEEDED');
  return {
    generations: outcomes.length,
    lost: outcomes.length - succeeded.length,
    different: succeeded.filter(({ seed, video }) => video !== undisturbed.get(seed)).length,
    brokenLogs: outcomes.filter(({ events }) => isBroken(events)).length,
    resumes: outcomes.flatMap(({ events }) => events).filter(({ type }) => type === 'GenerationResumed').length,
    mostStepsLost: Math.max(0, ...outcomes.map(({ events }) => stepsLost(events))),
    longestPauseSeconds: Math.max(0, ...outcomes.map(({ events }) => longestPause(events))),
  };
}

const terminal = ['GenerationSucceeded', 'GenerationFailed', 'GenerationCanceled'];

function isBroken(events: readonly LoggedEvent[]): boolean {
  const inOrder = events.every(({ sequence }, i) => sequence === i + 1);
  const ends = events.filter(({ type }) => terminal.includes(type)).length;
  return !inOrder || ends > 1 || (ends === 1 && !terminal.includes(events.at(-1)?.type ?? ''));
}

function stepsLost(events: readonly LoggedEvent[]): number {
  let done = 0;
  let most = 0;
  for (const { step, fromStep } of events) {
    if (fromStep !== null) most = Math.max(most, done - fromStep);
    done = fromStep ?? step ?? done;
  }
  return most;
}

function longestPause(events: readonly LoggedEvent[]): number {
  const started = events.findIndex(({ type }) => type === 'GenerationStarted');
  if (started < 0) return 0;
  const times = events.slice(started).map(({ at }) => at);
  return Math.max(0, ...times.slice(1).map((at, i) => at - (times[i] as number))) / 1000;
}
