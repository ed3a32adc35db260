import type { Log } from '../log.js';
import { type Answer, NoStepLeft, type Pending, promptsOf } from './asker.js';
import type { CostModel, CostUnit } from './cost-model.js';
import { UnitFailed } from './failures.js';
import type { Lane, UnitDone } from './lane.js';
import type { GrantCost } from './lane-account.js';
import type { Residence } from './residence.js';
import { learnOutOfMemory, NoRoom, type Room, takeRoom } from './room.js';
import { fileSeconds, openState, tidyStates } from './states.js';
import { rowsOf, stepWork, workOf } from './work.js';

/** A grant with the parties in place of their names. */
export interface Assignment {
  readonly lane: Lane;
  readonly second: Lane | null;
  /** All of one stage, the leader first; several only of steps. */
  readonly members: readonly Pending[];
  /** Asked when a step is sent: whether these members will be given the lane for the next one too, as things are. */
  readonly more: (members: readonly Pending[]) => boolean;
}

/** More than encoding one picture takes. */
const pictureSeconds = 10;

const nothing: GrantCost = { loadSeconds: 0, seconds: 0 };

/**
 * Carries a grant out: the members' turns, room and network, their states, then the unit itself, after which everybody has an
 * answer or an error.
 */
export class UnitCarrier {
  readonly #residence: Residence;
  readonly #log: Log;

  constructor(residence: Residence, log: Log) {
    this.#residence = residence;
    this.#log = log;
  }

  /** Never rejects. @returns what it took, and who has to ask again because there was no room after all */
  async carry(assignment: Assignment): Promise<GrantCost & { readonly putBack: readonly Pending[] }> {
    const { lane, second, members } = assignment;
    let left = members;
    try {
      left = await this.#takeTurns(lane, members);
      const [leader] = left;
      if (!leader) return { ...nothing, putBack: [] };
      const room = await takeRoom(lane, leader, second ? 1 : rowsIn(left));
      const secondRoom = second && (await takeRoom(second, leader, 1));
      const { loadSeconds } = room;
      try {
        const seconds = await this.#compute({ ...assignment, members: left }, room, secondRoom);
        return { loadSeconds, seconds, putBack: [] };
      } finally {
        // Where the unit has told what it needed, it has ended already.
        room.end();
        secondRoom?.end();
      }
    } catch (error) {
      if (error instanceof NoRoom) return { ...nothing, putBack: left };
      await this.#learn(lane, left, error);
      this.#refuse(lane, left, error, left.length > 1 || second !== null);
      return { ...nothing, putBack: [] };
    }
  }

  async #takeTurns(lane: Lane, members: readonly Pending[]): Promise<Pending[]> {
    const { id: deviceId, kind } = lane.device.device;
    const taken = members.map(async (pending, i): Promise<Pending[]> => {
      const loads = i === 0 && !lane.holds(pending.asker.job.model, pending.stage);
      // One unit of another's is no more than taking turns.
      const preempted = pending.passedOver > 1;
      try {
        await pending.asker.onTurn({ deviceId, kind, costs: lane.device.costs, loads, preempted });
        pending.passedOver = 0;
        return [pending];
      } catch (error) {
        pending.reject(error);
        return [];
      }
    });
    return (await Promise.all(taken)).flat();
  }

  async #learn(lane: Lane, members: readonly Pending[], error: unknown): Promise<void> {
    const [leader] = members;
    if (!leader || !(error instanceof UnitFailed) || error.code !== 'OUT_OF_MEMORY') return;
    await learnOutOfMemory(lane, leader, rowsIn(members)).catch((err: unknown) => {
      this.#log.error({ lane: lane.id, err }, 'memory could not be released');
    });
  }

  /** @param shared the fault may lie with another member, or another lane */
  #refuse(lane: Lane, members: readonly Pending[], error: unknown, shared = false): void {
    if (error instanceof UnitFailed) {
      const { code, message, detail, lost } = error;
      const generationIds = members.map(({ asker }) => asker.job.generationId);
      this.#log.warn({ lane: lane.id, stage: members[0]?.stage, generationIds, code, detail }, 'a unit failed');
      for (const member of members) member.reject(new UnitFailed(code, message, detail, { shared, lost }));
    } else for (const member of members) member.reject(error);
  }

  /** @returns seconds of the unit */
  async #compute(assignment: Assignment, room: Room, secondRoom: Room | null): Promise<number> {
    const { lane, second, members, more } = assignment;
    const [leader] = members as readonly [Pending];
    switch (leader.stage) {
      case 'encode-text':
        return this.#encodeText(lane, leader, room);
      case 'encode-image':
        return this.#encodeImage(lane, leader, room);
      case 'decode':
        return this.#decode(lane, leader, room);
      case 'step': {
        const ready = await this.#makeReady(lane, second, members, room);
        if (ready.length === 0) return 0;
        // One that lost its state may be back at a step of one row.
        return second && secondRoom && rowsIn(ready) === 2
          ? this.#splitStep(lane, second, leader, [room, secondRoom])
          : this.#step(lane, ready, room, more);
      }
    }
  }

  /** @returns those whose states are open, with a step left; the others have been told why not */
  async #makeReady(lane: Lane, second: Lane | null, members: readonly Pending[], room: Room): Promise<Pending[]> {
    const ready: Pending[] = [];
    for (const member of members) {
      const { asker } = member;
      try {
        const loadSeconds = ready.length === 0 ? room.loadSeconds : 0;
        const openedAt = await openState(this.#residence, lane, asker);
        await asker.onReady('step', { loadSeconds, openedAt });
        if (asker.step < asker.job.settings.steps) ready.push(member);
        else member.reject(new NoStepLeft(`generation ${asker.job.generationId} has taken its last step`));
      } catch (error) {
        if (error instanceof UnitFailed && error.lost) throw error; // with the lane all states in it have gone
        this.#refuse(lane, [member], error);
      }
    }
    await tidyStates(this.#residence, lane, second, ready);
    return ready;
  }

  async #encodeText(lane: Lane, pending: Pending, room: Room): Promise<number> {
    const { job, model } = pending.asker;
    await pending.asker.onReady(pending.stage, { ...room, openedAt: null });
    const prompts = promptsOf(job);
    const { costs } = lane.device;
    const { count: _, ...unit } = workOf(job.settings, model.manifest, [])['encode-text'];
    const expected = atMost(costs, { model: job.model, ...unit });
    const done = await lane.run<'encode-text'>({ kind: 'encode-text', bundle: model.directory, prompts }, expected);
    room.end(done);
    if (done.result.encoded === prompts.length) costs.observe({ model: job.model, ...unit }, done.seconds);
    pending.resolve(answer(lane, done, done.result));
    return done.seconds;
  }

  async #encodeImage(lane: Lane, pending: Pending, room: Room): Promise<number> {
    const { job, model } = pending.asker;
    const { generationId, firstFrame: picture, settings } = job;
    if (picture === null) throw new Error(`generation ${generationId} begins with no picture`);
    await pending.asker.onReady(pending.stage, { ...room, openedAt: null });
    const { width, height } = settings;
    const unit = { kind: 'encode-image', generationId, bundle: model.directory, picture, width, height } as const;
    const done = await lane.run<'encode-image'>(unit, pictureSeconds);
    room.end(done);
    pending.resolve(answer(lane, done, done.result));
    return done.seconds;
  }

  async #decode(lane: Lane, pending: Pending, room: Room): Promise<number> {
    const { job, model } = pending.asker;
    const { generationId } = job;
    await pending.asker.onReady(pending.stage, { ...room, openedAt: null });
    const { count, ...unit } = workOf(job.settings, model.manifest, []).decode;
    const seconds = atMost(lane.device.costs, { model: job.model, ...unit });
    this.#residence.setDecoding(generationId, lane);
    // A decoder may do all its work when asked for the first chunk.
    const expected = seconds === null ? null : count * seconds;
    const done = await lane.run<'decode'>({ kind: 'decode', generationId, bundle: model.directory }, expected);
    room.end(done);
    if (done.result.last) this.#residence.setDecoding(generationId, null);
    pending.resolve(answer(lane, done, done.result));
    return done.seconds;
  }

  async #step(lane: Lane, members: readonly Pending[], room: Room, more: Assignment['more']): Promise<number> {
    const rows = rowsIn(members);
    const [{ asker: leader }] = members as readonly [Pending];
    const { costs } = lane.device;
    const { count: _, ...unit } = stepWork(leader.job.settings, leader.model.manifest, rows);
    const cost = { model: leader.job.model, ...unit };
    const idOf = ({ asker }: Pending): string => asker.job.generationId;
    const generationIds = members.map(idOf);
    const checkpoint = members.filter(({ asker }) => asker.checkpointDue()).map(idOf);
    const { rowsAtOnce } = room;
    const step = { kind: 'step', generationIds, checkpoint, rowsAtOnce, more: more(members) } as const;
    const done = await lane.run<'step'>(step, atMost(costs, cost));
    room.end(done);
    const { idleSeconds, aheadSeconds } = done.result;
    const seconds = done.seconds + aheadSeconds;
    costs.observe(cost, seconds);
    this.#log.debug({ lane: lane.id, generationIds, rows, seconds, aheadSeconds, idleSeconds }, 'a step was taken');
    for (const [i, result] of done.result.members.entries()) {
      const member = members[i] as Pending;
      const ownRows = rowsIn([member]);
      this.#residence.set(idOf(member), lane, result.step);
      member.resolve({ ...answer(lane, done, result), seconds: (ownRows / rows) * seconds, rows, ownRows });
    }
    return seconds;
  }

  /** The two rows of a guided step on two devices at once. The executors become replicas; losing one loses nothing. */
  async #splitStep(lane: Lane, second: Lane, pending: Pending, rooms: readonly [Room, Room]): Promise<number> {
    const { asker } = pending;
    const { generationId, settings } = asker.job;
    await openState(this.#residence, second, asker);
    const { count: _, ...unit } = stepWork(settings, asker.model.manifest, 1);
    const cost = { model: asker.job.model, ...unit };
    const predict = async (on: Lane, row: 'conditional' | 'unconditional', room: Room) => {
      const expected = atMost(on.device.costs, cost);
      const done = await on.run<'predict'>({ kind: 'predict', generationId, row }, expected);
      room.end(done);
      return done;
    };
    const predicted = await Promise.allSettled([
      predict(lane, 'conditional', rooms[0]),
      predict(second, 'unconditional', rooms[1]),
    ]);
    const halves = predicted.map(valueOf);
    const slower = Math.max(...halves.map((half) => half.seconds));
    // Devices of one kind learn together: two runs of one trial, each the first on its device, would be believed (batch-former.ts).
    for (const costs of new Set([lane.device.costs, second.device.costs])) costs.observe(cost, slower);
    const advance = async (on: Lane, checkpoint: boolean): Promise<UnitDone<'advance'>> => {
      const done = await on.run<'advance'>({ kind: 'advance', generationId, checkpoint }, fileSeconds);
      this.#residence.set(generationId, on, done.result.step);
      return done;
    };
    // The last step writes its checkpoint by itself, and one writer is enough.
    const isLast = asker.step + 1 >= settings.steps;
    const advances = [advance(lane, asker.checkpointDue()), ...(isLast ? [] : [advance(second, false)])];
    const advanced = await Promise.allSettled(advances);
    // Who did not take the step is behind.
    for (const [i, on] of [lane, second].entries()) {
      if (advanced[i]?.status !== 'fulfilled') this.#residence.drop(generationId, on);
    }
    const kept = advanced.find(({ status }) => status === 'fulfilled') ?? advanced[0];
    const done = valueOf(kept as PromiseSettledResult<UnitDone<'advance'>>);
    const seconds = slower + done.seconds;
    pending.resolve({ ...answer(lane, halves[0] as UnitDone<'predict'>, done.result), seconds, rows: 2, ownRows: 2 });
    return seconds;
  }
}

function rowsIn(members: readonly Pending[]): number {
  return members.reduce((sum, { asker }) => sum + rowsOf(asker.job.settings, asker.step), 0);
}

/** What a unit is likely to take at most; null where nobody knows. */
function atMost(costs: CostModel, unit: CostUnit): number | null {
  return costs.predict(unit)?.highSeconds ?? null;
}

function answer(
  lane: Lane,
  { seconds, peakBytes }: { readonly seconds: number; readonly peakBytes: number | null },
  result: Answer['result'],
): Answer {
  return { result, seconds, peakBytes, rows: 0, ownRows: 0, costs: lane.device.costs };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
