import { charge, type Turns, turnsOf } from '../../src/scheduler/fairness.js';
import { type LaneAccount, mayTry, newLaneAccount, settle } from '../../src/scheduler/lane-account.js';
import type { Ask, CostView, Grant, Lane, LedgerView, Policy, UnitStage } from '../../src/scheduler/policy.js';

/** A generation as a workload describes it; seconds are those of it alone on a lane. */
export interface SimulatedJob {
  readonly id: string;
  readonly client: string;
  readonly priority: number;
  readonly model: string;
  readonly batching: 'AUTO' | 'SOLO';
  readonly shape: string;
  readonly rows: number;
  readonly arrival: number;
  readonly textSeconds: number;
  readonly steps: number;
  /** Of one row. */
  readonly stepSeconds: number;
  readonly decodeSeconds: number;
  /** Of its batches, in place of the machine's. */
  readonly perRow?: number;
}

export interface SimulatedMachine {
  readonly lanes: readonly { readonly id: string; readonly device: string; readonly stages: readonly UnitStage[] }[];
  /** Networks of one model that a lane has room for; it is loaded in so many seconds, in place of another. */
  readonly loadSeconds: number;
  /** Of a second and every further row, the part that it adds to the time of one: 1 where batching gains nothing. */
  readonly perRow: number;
}

export interface SimulatedGrant extends Grant {
  readonly from: number;
  readonly to: number;
  readonly loadSeconds: number;
}

export interface Simulation {
  /** When each generation had ended, in seconds; those that never did are not in it. */
  readonly ended: ReadonlyMap<string, number>;
  readonly grants: readonly SimulatedGrant[];
}

interface State {
  readonly job: SimulatedJob;
  stage: UnitStage;
  stepsLeft: number;
  started: boolean;
  home: string | null;
  busy: boolean;
}

/**
 * A discrete-event simulation of the machine around a policy: no processes, no clock, the same result every time. It keeps the
 * accounts exactly as the scheduler does, and knows the cost of everything but of batches that have not been run.
 */
export function simulate(policy: Policy, machine: SimulatedMachine, jobs: readonly SimulatedJob[]): Simulation {
  const states = new Map<string, State>();
  const arrivals = [...jobs].sort((a, b) => a.arrival - b.arrival);
  const lanes = machine.lanes.map((lane) => ({
    ...lane,
    model: '',
    account: newLaneAccount as LaneAccount,
    until: -1,
  }));
  const running: SimulatedGrant[] = [];
  const ran = new Map<string, number>();
  const grants: SimulatedGrant[] = [];
  const ended = new Map<string, number>();
  let turns: Turns = [];
  let now = 0;

  const rowsCost = ({ perRow = machine.perRow }: SimulatedJob, rows: number): number => 1 + perRow * (rows - 1);
  const runsKey = ({ model, shape }: Ask, rows: number): string => `${model} ${shape} ${rows}`;
  const costs: CostView = {
    runs: (_, ask, rows) => ran.get(runsKey(ask, rows)) ?? 0,
    speedup: (_, ask, parts) => {
      const { job } = states.get(ask.generationId) as State;
      const whole = parts.reduce((a, b) => a + b, 0);
      return parts.reduce((sum, rows) => sum + rowsCost(job, rows), 0) / rowsCost(job, whole);
    },
  };
  const laneOf = (id: string) => lanes.find((lane) => lane.id === id) as (typeof lanes)[number];
  const ledger: LedgerView = {
    loadSeconds: (id, { model }) => (laneOf(id).model === model ? 0 : machine.loadSeconds),
    evicts: (id, { model }) => laneOf(id).model !== '' && laneOf(id).model !== model,
    fits: () => true,
  };

  const unitSeconds = ({ stage, second }: Grant, members: readonly State[]): number => {
    const [first] = members as readonly [State];
    if (stage === 'encode-text') return first.job.textSeconds;
    if (stage === 'decode') return first.job.decodeSeconds;
    // Guidance over two lanes: each has one row.
    const rows = second !== null ? 1 : members.reduce((sum, { job }) => sum + job.rows, 0);
    return first.job.stepSeconds * rowsCost(first.job, rows);
  };
  const secondsLeft = ({ job, stage, stepsLeft }: State): number =>
    (stage === 'encode-text' ? job.textSeconds : 0) +
    stepsLeft * job.stepSeconds * rowsCost(job, job.rows) +
    job.decodeSeconds;
  const toAsk = (state: State): Ask => {
    const { job, stage, started, home } = state;
    const { client, priority, model, shape, rows, batching } = job;
    // One literal: spread together, which is ten times slower, these were half of a simulation.
    return {
      generationId: job.id,
      client,
      priority,
      createdAt: 1000 * job.arrival,
      model,
      stage,
      shape,
      rows,
      tokensPerRow: 1,
      batching,
      alone: false,
      started,
      kind: null,
      home,
      secondsLeft: secondsLeft(state),
    };
  };

  const begin = (grant: Grant): void => {
    const lane = laneOf(grant.lane);
    const members = grant.asks.map(({ generationId }) => states.get(generationId) as State);
    const loadSeconds = lane.model === members[0]?.job.model ? 0 : machine.loadSeconds;
    lane.model = members[0]?.job.model ?? '';
    if (grant.second) laneOf(grant.second).model = lane.model;
    lane.until = now + loadSeconds + unitSeconds(grant, members);
    for (const state of members) Object.assign(state, { started: true, busy: true, home: lane.id });
    const begun = { ...grant, from: now, to: lane.until, loadSeconds };
    running.push(begun);
    grants.push(begun);
  };
  const end = (grant: SimulatedGrant): void => {
    const lane = laneOf(grant.lane);
    const seconds = grant.to - grant.from - grant.loadSeconds;
    lane.account = settle(lane.account, grant, { loadSeconds: grant.loadSeconds, seconds });
    const rows = grant.second ? 1 : grant.asks.reduce((sum, ask) => sum + ask.rows, 0);
    const [leader] = grant.asks as readonly [Ask];
    if (grant.stage === 'step') ran.set(runsKey(leader, rows), (ran.get(runsKey(leader, rows)) ?? 0) + 1);
    for (const ask of grant.asks) {
      turns = charge(turns, ask.client, ((grant.to - grant.from) * ask.rows) / rows); // with a second lane twice
      const state = states.get(ask.generationId) as State;
      state.busy = false;
      advance(state);
    }
  };
  const advance = (state: State): void => {
    if (state.stage === 'step') state.stepsLeft--;
    if (state.stage === 'decode') {
      states.delete(state.job.id);
      ended.set(state.job.id, now);
    } else state.stage = state.stepsLeft > 0 ? 'step' : 'decode';
    if (state.stage !== 'step' || state.stepsLeft === state.job.steps) state.home = null;
  };

  while (arrivals.length > 0 || states.size > 0) {
    for (let next = arrivals[0]; next && next.arrival <= now; next = arrivals[0]) {
      arrivals.shift();
      const fresh = { stage: 'encode-text', started: false, home: null, busy: false } as const;
      states.set(next.id, { job: next, stepsLeft: next.steps, ...fresh });
    }
    const unfinished = [...states.values()];
    turns = turnsOf(turns, new Set(unfinished.map(({ job }) => job.client)));
    const snapshot = {
      asks: unfinished.filter(({ busy }) => !busy).map(toAsk),
      lanes: lanes.map(({ id, device, stages, account }): Lane => {
        const idle = !running.some(({ lane, second }) => lane === id || second === id);
        return {
          id,
          device,
          kind: 'CPU',
          stages: new Set(stages),
          idle,
          ...account,
          mayTry: mayTry(account, 1000 * now),
        };
      }),
      ...{ turns, costs, ledger, now: 1000 * now, paused: false },
    };
    for (const grant of policy(snapshot)) begin(grant);
    const times = [...running.map(({ to }) => to), ...arrivals.slice(0, 1).map(({ arrival }) => arrival)];
    if (times.length === 0) break; // nothing runs, nothing comes, and yet something waits
    now = Math.min(...times);
    for (const grant of running.filter(({ to }) => to <= now)) {
      running.splice(running.indexOf(grant), 1);
      end(grant);
    }
  }
  return { ended, grants };
}
