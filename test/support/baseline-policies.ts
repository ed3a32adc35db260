import type { Ask, Grant, Lane, Policy } from '../../src/scheduler/policy.js';

/**
 * What others do, to compare with: one generation has a device from its first unit to its last, and the next one is the oldest.
 * No preemption, no batches, nothing beside it.
 */
export const firstComeFirstServed: Policy = ({ asks, lanes }) => {
  const order = [...asks].sort((a, b) => Number(b.started) - Number(a.started) || a.createdAt - b.createdAt);
  return devices(lanes).flatMap((device) => {
    // Who has the device may be computing on its other lane, and then is not among those that ask.
    if (!device.every(({ idle }) => idle)) return [];
    const ask = order.shift();
    const lane = ask && device.find(({ stages }) => stages.has(ask.stage));
    return ask && lane ? [grant(ask, lane)] : [];
  });
};

/** Between any two units the highest priority goes, and of those the oldest: preemption without anything else. */
export const priorityOnly: Policy = ({ asks, lanes }) => {
  const order = [...asks].sort((a, b) => b.priority - a.priority || a.createdAt - b.createdAt);
  const grants: Grant[] = [];
  for (const lane of lanes.filter(({ idle }) => idle)) {
    const next = order.findIndex(({ stage, home }) => lane.stages.has(stage) && (home === null || home === lane.id));
    const [ask] = next < 0 ? [] : order.splice(next, 1);
    if (ask) grants.push(grant(ask, lane));
  }
  return grants;
};

function grant(ask: Ask, lane: Lane): Grant {
  return { lane: lane.id, stage: ask.stage, asks: [ask], second: null, overdue: 'none' };
}

function devices(lanes: readonly Lane[]): Lane[][] {
  const names = [...new Set(lanes.map(({ device }) => device))];
  return names.map((name) => lanes.filter(({ device }) => device === name));
}
