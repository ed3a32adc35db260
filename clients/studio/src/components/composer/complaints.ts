import { InvalidInputError, type ReelQLError } from '@reelql/sdk';
import type { Estimated } from '../../state/estimate.js';
import type { Complaint } from './field.js';

/** What the server says to each part of the draft, by its name (`prompt`, `width` …), be it asked for an estimate or for a video. */
export type Complaints = Readonly<Record<string, readonly Complaint[]>>;

export function complaintsOf(estimated: Estimated, problem: ReelQLError | null): Complaints {
  const complaints: Record<string, Complaint[]> = {};
  const add = (name: string | undefined, complaint: Complaint) => {
    if (name === undefined) return;
    complaints[name] ??= [];
    const said = complaints[name];
    if (said.every(({ message }) => message !== complaint.message)) said.push(complaint);
  };
  const refusals = [problem, estimated.state === 'refused' ? estimated.problem : null];
  for (const refusal of refusals) {
    if (!(refusal instanceof InvalidInputError)) continue;
    for (const { path, message } of refusal.issues)
      add(path[0] === 'settings' ? path[1] : path[0], { kind: 'issue', message });
  }
  if (estimated.state === 'known') {
    const { warnings, adjustments } = estimated.estimate;
    for (const { field, message } of warnings) add(field, { kind: 'warning', message });
    for (const { field, reason, to } of adjustments) add(field, { kind: 'warning', message: `${reason} → ${to}` });
  }
  return complaints;
}
