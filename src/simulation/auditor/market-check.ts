import type { Config } from '../../config/schema.ts';
import type { Changes } from './changes.ts';
import { demand } from './finding.ts';
import type { AttentionGrant, Mirror } from './mirror.ts';
import { checkLotFits, isLotBid, lotOf } from './lot-check.ts';
import { addTo, costOf, cyclesOf, fitsInto, takeFrom } from './reckoning.ts';
import { mostOf, rankedBy, type Ranked } from './attention-rank.ts';
import type { BidRow, ExecutionRow, Quad } from './rows.ts';

export interface Clearing {
  /** Before the transaction; the bids as they stood then. */
  readonly mirror: Mirror;
  readonly changes: Changes;
  readonly config: Config;
  readonly supply: Quad;
  readonly cycle: number;
  /** Expiry, which comes first, may have made the human away. */
  readonly humanAway: boolean;
  readonly paused: boolean;
  /** What it recorded of each agent's worth to the human; none where it didn't go by that. */
  readonly weights: ReadonlyMap<string, number>;
}

/** What the auditor found about one clearing, for the checks of prices. */
export interface ClearedMarket {
  /** Best first. */
  readonly ranked: readonly Rival[];
  readonly winners: readonly ExecutionRow[];
  /** Memory and attention that were held at the start. */
  readonly held: Quad;
}

/** A competing bid with its cost and what else it is ranked by. */
export interface Rival {
  readonly bid: BidRow;
  readonly cost: number;
  readonly standing: Ranked;
}

/**
 * Clears the market of a cycle once more, from the text of docs/market.md and by the shortest way there is, and
 * demands the same winners, prices, ages and ends.
 */
export function checkClearing(clearing: Clearing): ClearedMarket {
  const { mirror, changes, config, supply, cycle } = clearing;
  const standing = standingBids(clearing);
  const lot = lotOf(changes);
  const heldBefore = heldAtStart(clearing);
  if (lot) checkLotFits(lot, takeFrom(supply, heldBefore), supply);
  // What was drawn counts as held when the market clears.
  const held = lot ? addTo(heldBefore, lot.bundle) : heldBefore;
  const free = takeFrom(supply, held).map((left) => Math.max(0, left)) as unknown as Quad;
  // Attention is sold to one at a time, however many letters may wait.
  const freeNow: Quad = [free[0], free[1], free[2], clearing.humanAway ? 0 : Math.min(1, free[3])];
  const competing = competingBids(standing, freeNow, clearing, lineageOfDeck(clearing, held, lot));
  const rank = ranking(config);
  const standingOf = rankedBy(competing, clearing);
  const ranked = competing
    .map((bid) => ({ bid, cost: costOf(bid.bundle, mirror.prices), standing: standingOf(bid) }))
    .sort(rank);
  const due = winnersOf(ranked, freeNow);

  const winners = changes.executions.filter(({ old, now }) => !old && now.id !== lot?.id).map(({ now }) => now);
  const [should, are] = [due.map(({ bid }) => bid.id).sort(byNumber), winners.map(({ bid }) => bid).sort(byNumber)];
  const told = () => `cycle ${cycle}: bids ${are.join()} won, not ${should.join()}`;
  demand(String(should) === String(are), 'the best that fit win', told);
  for (const winner of winners) checkPrice(winner, ranked, freeNow, rank, clearing);
  checkFates(standing, new Set(competing.map(({ id }) => id)), clearing);
  return { ranked, winners, held };
}

const byNumber = (a: number, b: number) => a - b;

/** All that were pending before, and those that the end of a prompt has placed in this transaction. */
function standingBids({ mirror, changes }: Clearing): BidRow[] {
  const placed = changes.bids
    .filter(({ old, now }) => !old && !isLotBid(now))
    .map(({ now }) => ({ ...now, passed: 0 }));
  return [...mirror.pending(), ...placed].sort((a, b) => a.id - b.id);
}

/** A prompt that takes the slot lets go of its attention before anything is allocated. */
export function heldAtStart({ mirror, changes }: Pick<Clearing, 'mirror' | 'changes'>): Quad {
  const released = new Set(changes.executions.flatMap(({ old, now }) => (old && !now.holdsAttention ? [now.id] : [])));
  let [memory, attention] = [0, 0];
  for (const { id, state, bundle, holdsAttention } of mirror.executions.values()) {
    if (state !== 'settled') memory += bundle[1];
    if (holdsAttention && !released.has(id)) attention++;
  }
  return [0, memory, 0, attention];
}

/** The one that has all places on deck but the last, which it can't have. */
function lineageOfDeck({ mirror, changes, supply }: Clearing, held: Quad, lot?: ExecutionRow): string | undefined {
  if (held[3] === 0 || held[3] !== supply[3] - 1) return undefined;
  const gone = new Set(changes.executions.flatMap(({ old, now }) => (old && !now.holdsAttention ? [now.id] : [])));
  const holders = [...mirror.executions.values()].filter(({ id, holdsAttention }) => holdsAttention && !gone.has(id));
  const lineages = new Set([...holders, ...(lot ? [lot] : [])].map(({ lineage }) => lineage));
  return lineages.size === 1 ? [...lineages][0] : undefined;
}

/** Who competes, and who rests. */
function competingBids(
  standing: readonly BidRow[],
  free: Quad,
  clearing: Clearing,
  keptFrom: string | undefined,
): BidRow[] {
  const { mirror, changes, config, cycle, paused } = clearing;
  if (paused) return [];
  const lot = lotOf(changes);
  const running = new Set([...mirror.unsettled(), ...(lot ? [lot] : [])].map(({ agent }) => agent));
  const able = standing.filter(
    (bid) =>
      !running.has(bid.agent) &&
      bid.earliest <= cycle &&
      (bid.bundle[3] === 0 || (free[3] > 0 && bid.lineage !== keptFrom)),
  );
  const grants = lot ? [{ ...lot, execution: lot.id, isVoid: false }, ...mirror.grants] : mirror.grants;
  const resting = restingBids(able, free, grants, config.attention.rest_allocations);
  const awake = able.filter((bid) => !resting.has(bid.id));
  return awake.filter(
    (bid) => bid.payer === bid.agent || !awake.some((own) => own.agent === bid.agent && own.payer === own.agent),
  );
}

/**
 * A sponsored bid makes others rest only where its agent has no own bid that could compete. It would wait for an own
 * bid that competes, and rest with one that rests.
 */
function restingBids(
  able: readonly BidRow[],
  free: Quad,
  grants: readonly AttentionGrant[],
  count: number,
): ReadonlySet<number> {
  const recent = grants.filter(({ isVoid }) => !isVoid).slice(0, count);
  const asking = able.filter((bid) => bid.bundle[3] === 1);
  const serious = asking.filter(
    (bid) =>
      fitsInto(bid.bundle, free) &&
      (bid.payer === bid.agent || !able.some((own) => own.agent === bid.agent && own.payer === own.agent)),
  );
  for (const name of ['lineage', 'agent'] as const) {
    const had = new Set(recent.map((grant) => grant[name]));
    if (serious.some((bid) => !had.has(bid[name])))
      return new Set(asking.filter((bid) => had.has(bid[name])).map(({ id }) => id));
  }
  return new Set();
}

type Rank = (a: Rival, b: Rival) => number;

/** Negative where `a` stands before `b`. */
function ranking({ market }: Config): Rank {
  if (market.mechanism === 'highest-bid') return (a, b) => b.bid.amount - a.bid.amount || a.bid.id - b.bid.id;
  const bonus = Math.min(1e9, Math.round(market.age_bonus * (market.cycle_seconds / market.reference_seconds) * 1e6));
  const worth = ({ bid, cost, standing }: Rival) => Math.max(cost, Math.min(bid.amount, mostOf(standing, cost)));
  const age = ({ standing }: Rival) => 1_000_000 + bonus * standing.age;
  const score = (it: Rival) => (worth(it) / it.cost) * age(it) * it.standing.weight;
  const over = (it: Rival) => BigInt(worth(it)) * BigInt(age(it)) * BigInt(it.standing.weight);
  return (a, b) => {
    // worth ÷ cost × age × weight, compared as fractions wherever two doubles could deceive.
    const [left, right] = [score(a), score(b)];
    if (Math.abs(left - right) > 1e-12 * left) return right - left;
    const exact = over(b) * BigInt(a.cost) - over(a) * BigInt(b.cost);
    return exact === 0n ? a.bid.id - b.bid.id : exact > 0n ? 1 : -1;
  };
}

/** One after the other takes what it asks for, if all of it is left and its agent has nothing yet. */
function winnersOf(ranked: readonly Rival[], freeAtStart: Quad): Rival[] {
  const served = new Set<string>();
  let free = freeAtStart;
  return ranked.filter(({ bid }) => {
    if (served.has(bid.agent) || !fitsInto(bid.bundle, free)) return false;
    served.add(bid.agent);
    free = takeFrom(free, bid.bundle);
    return true;
  });
}

/**
 * The critical value by its definition. With it the bid would have won, other bids for its agent left out. With one
 * micro-credit less it would not, unless that is under its floor.
 */
function checkPrice(
  { id, bid: bidId, price }: ExecutionRow,
  ranked: readonly Rival[],
  free: Quad,
  rank: Rank,
  { config }: Clearing,
): void {
  const own = ranked.find(({ bid }) => bid.id === bidId)!;
  const name = `exe_${id}`;
  if (config.market.mechanism === 'highest-bid') {
    demand(price === own.bid.amount, 'the price is the bid', () => `${name} paid ${price}, bid ${own.bid.amount}`);
    return;
  }
  const floor = Math.min(own.cost, own.bid.reserve);
  const isWithin = price >= floor && price <= own.bid.amount;
  demand(isWithin, 'prices stay within', () => `${name} paid ${price}, from ${floor} to ${own.bid.amount}`);
  const others = ranked.filter(({ bid }) => bid.agent !== own.bid.agent);
  const winsWith = (amount: number) => {
    const offer = { ...own, bid: { ...own.bid, amount } };
    return winnersOf([...others, offer].sort(rank), free).includes(offer);
  };
  demand(winsWith(price), 'the price would have won', () => `${name} paid ${price}, which would not have won`);
  const isLeast = price === floor || !winsWith(price - 1);
  demand(isLeast, 'the price is the least that wins', () => `${name} paid ${price}; less would have won`);
}

/**
 * A bid that competed and didn't win is a cycle older, unless another bid won for its agent. Expiry comes at its time.
 */
function checkFates(standing: readonly BidRow[], competing: ReadonlySet<number>, clearing: Clearing): void {
  const { changes, config } = clearing;
  const ttl = cyclesOf(config.market.ttl_seconds, config.market.cycle_seconds);
  const after = new Map(changes.bids.map(({ now }) => [now.id, now]));
  const served = new Set(
    changes.executions.filter(({ old, now }) => !old && now.price > 0).map(({ now }) => now.agent),
  );
  for (const bid of standing) {
    const now = after.get(bid.id) ?? bid;
    if (now.status === 'won') continue;
    const ages = competing.has(bid.id) && !served.has(bid.agent);
    const passed = bid.passed + (ages ? 1 : 0);
    demand(now.passed === passed, 'patience is counted', () => `bid_${bid.id} is ${now.passed} old, not ${passed}`);
    const expires = ages && passed >= ttl;
    const told = () => `bid_${bid.id} is ${now.status} after ${passed} of ${ttl} cycles`;
    demand(expires === (now.status === 'expired'), 'patience is kept', told);
  }
}
