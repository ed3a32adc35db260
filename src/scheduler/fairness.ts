/**
 * Deficit round robin between clients (Shreedhar & Varghese, "Efficient Fair Queuing Using Deficit Round Robin", 1995), in
 * seconds of device time instead of bytes. Clients stand in a ring. Whoever is first and has credit is served; what that takes
 * is charged to its credit; when the credit is used up it goes to the end; and when nobody who wants anything has credit left, a
 * new round gives everybody a quantum. A unit is not cut short for it, so credit falls below zero and the next round is so much
 * the shorter.
 *
 * Of two clients that want something all the time, what they were given, each divided by its weight, therefore never differs by
 * more than a quantum and the longest unit by the smaller weight, however many generations either of them has.
 */

/** Seconds that a client of weight 1 gets a round: enough for a short generation to be over within its client's turn. */
export const quantumSeconds = 15;

/**
 * The most that a client is charged in advance, in rounds of a client of weight 1, or of its own weight if that is more. What it
 * took while its generations were the more urgent ones would otherwise keep it out for as long as that lasted. (With rounds of its
 * own a light client would not be charged for a unit that is longer than a few of them, and be given more than its share.)
 */
const mostRoundsInDebt = 4;

export interface Turn {
  readonly client: string;
  /** Seconds it may still use; not over zero: it waits for the next round. */
  readonly credit: number;
}

/** In the order of their turns. */
export type Turns = readonly Turn[];

/** Share of the device time in relation to others; 1 unless somebody says otherwise. */
export type Weights = (client: string) => number;
const equal: Weights = () => 1;

/**
 * The turns with these clients in them, one of them with credit. Who is new comes first, with a quantum, as in fq_codel (RFC 8290,
 * section 4.1): somebody who tries one thing does not wait out the turns of those who want a lot. Who wants nothing any more keeps
 * its place and what is left of its quantum until the round is over, so that leaving and coming back is worth nothing; later it is
 * remembered for its debts alone, until they are paid by the rounds that go by.
 */
export function turnsOf(turns: Turns, wanting: ReadonlySet<string>, weights: Weights = equal): Turns {
  const known = new Set(turns.map(({ client }) => client));
  const quantum = (client: string): number => quantumSeconds * weights(client);
  const joining = [...wanting].filter((client) => !known.has(client)).sort();
  const present = [...joining.map((client) => ({ client, credit: quantum(client) })), ...turns];
  const here = present.filter(({ client }) => wanting.has(client));
  if (here.length === 0) return turns.filter(({ credit }) => credit < 0);
  if (here.some(({ credit }) => credit > 0)) return present;
  // As many rounds as it takes, at once.
  const rounds = Math.min(...here.map(({ client, credit }) => Math.floor(-credit / quantum(client)) + 1));
  return present
    .filter(({ client, credit }) => wanting.has(client) || credit < 0)
    .map(({ client, credit }) => ({ client, credit: credit + rounds * quantum(client) }))
    .filter(({ client, credit }) => wanting.has(client) || credit < 0);
}

/** Places of the clients, 0 for the one to be served first: in the order of their turns, those without credit behind. */
export function places(turns: Turns): ReadonlyMap<string, number> {
  const inCredit = turns.filter(({ credit }) => credit > 0);
  const others = turns.filter(({ credit }) => credit <= 0);
  return new Map([...inCredit, ...others].map(({ client }, place) => [client, place]));
}

/** The turns after a client was served for so long. One who is in no turn any more (it ended meanwhile) is not charged. */
export function charge(turns: Turns, client: string, seconds: number, weights: Weights = equal): Turns {
  const turn = turns.find((one) => one.client === client);
  if (!turn) return turns;
  const least = -mostRoundsInDebt * quantumSeconds * Math.max(1, weights(client));
  const charged = { client, credit: Math.max(least, turn.credit - seconds) };
  if (charged.credit > 0) return turns.map((one) => (one === turn ? charged : one));
  return [...turns.filter((one) => one !== turn), charged];
}
