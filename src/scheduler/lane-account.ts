import { defaultPolicy, type Grant, type PolicySettings } from './policy.js';

/** What the policy has to know of a lane's past. */
export interface LaneAccount {
  /** Computed since something was last loaded. */
  readonly secondsSinceLoad: number;
  /** Of the overdue generations' share: what they have coming, or negative, what they were given in advance. */
  readonly owedSeconds: number;
  /** When a batch size of which too little is known was last tried; milliseconds since the epoch. */
  readonly triedAt: number;
}

export const newLaneAccount: LaneAccount = {
  secondsSinceLoad: 0,
  owedSeconds: 0,
  triedAt: Number.NEGATIVE_INFINITY,
};

/** From one trial of a batch size to the next. */
export const trialMs = 10_000;

export function mayTry({ triedAt }: LaneAccount, now: number): boolean {
  return now - triedAt >= trialMs;
}

/** What one grant took: loading first, then the unit, each in seconds. */
export interface GrantCost {
  readonly loadSeconds: number;
  readonly seconds: number;
}

/** The account after a grant was carried out on its lane. */
export function settle(
  account: LaneAccount,
  { asks, overdue }: Grant,
  { loadSeconds, seconds }: GrantCost,
  { overdueShare }: PolicySettings = defaultPolicy,
): LaneAccount {
  const secondsSinceLoad = (loadSeconds > 0 ? 0 : account.secondsSinceLoad) + seconds;
  const due = overdueShare * (loadSeconds + seconds);
  switch (overdue) {
    case 'none':
      return { ...account, secondsSinceLoad, owedSeconds: 0 };
    case 'first anyway':
      return { ...account, secondsSinceLoad };
    case 'passed':
      return { ...account, secondsSinceLoad, owedSeconds: account.owedSeconds + due };
    case 'served': {
      // Loading is not what it asked for, and of a batch only its rows are.
      const rows = asks.reduce((sum, ask) => sum + ask.rows, 0);
      const served = (seconds * (asks[0]?.rows ?? 0)) / Math.max(1, rows);
      return { ...account, secondsSinceLoad, owedSeconds: account.owedSeconds + due - served };
    }
  }
}
