import { type Policy, plan } from '../../src/scheduler/policy.js';

/**
 * The policy where every guided step that may be split is: as if both rows in one step took as long as one after the other, and
 * nothing had to be loaded for it.
 * @param onSplit called for each
 */
export function splittingPolicy(onSplit: () => void): Policy {
  return (snapshot) => {
    const ledger = { ...snapshot.ledger, loadSeconds: () => 0 };
    const grants = plan({ ...snapshot, costs: { speedup: () => 1, runs: () => 2 }, ledger });
    for (const { second } of grants) if (second !== null) onSplit();
    return grants;
  };
}
