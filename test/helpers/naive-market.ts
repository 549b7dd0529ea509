import type { MarketRules, StandingBid } from '../../src/domain/market.ts';
import type { Prices, Quantities } from '../../src/domain/resources.ts';

/**
 * The market of docs/market.md once more, written from the text alone: slow, in exact fractions, and without any step of
 * the real one. Only competing bids are given to it.
 */
export interface NaiveMarket {
  readonly prices: Prices;
  readonly free: Quantities;
  readonly rules: Pick<MarketRules, 'mechanism' | 'ageBonusPpm' | 'attention'>;
  /** Of the agents that ask for attention; none where they aren't ranked by it. */
  readonly weights?: ReadonlyMap<string, number> | undefined;
}

export interface NaiveWinner {
  readonly bidId: number;
  readonly rank: number;
}

/** Takes the best of the bids that are left, again and again. */
export function naiveWinners(
  bids: readonly StandingBid[],
  market: NaiveMarket,
  all: readonly StandingBid[] = bids,
): NaiveWinner[] {
  const left = [...bids];
  const isHigher = (a: StandingBid, b: StandingBid) => stands(a, b, market, all);
  const free = { ...market.free };
  const agents = new Set<string>();
  const winners: NaiveWinner[] = [];
  for (let rank = 1; left.length > 0; rank++) {
    let best = 0;
    for (let other = 1; other < left.length; other++) if (isHigher(left[other]!, left[best]!)) best = other;
    const [bid] = left.splice(best, 1) as [StandingBid];
    const { cpuMs, memoryMb, tokens, attention } = bid.bundle;
    const fits = cpuMs <= free.cpuMs && memoryMb <= free.memoryMb && tokens <= free.tokens;
    if (agents.has(bid.agentId) || !fits || attention > free.attention) continue;
    free.cpuMs -= cpuMs;
    free.memoryMb -= memoryMb;
    free.tokens -= tokens;
    free.attention -= attention;
    agents.add(bid.agentId);
    winners.push({ bidId: bid.id, rank });
  }
  return winners;
}

/** Tries every amount from the floor upwards: the definition of the critical value, word for word. */
export function naivePriceByTrying(winner: StandingBid, bids: readonly StandingBid[], market: NaiveMarket): number {
  if (market.rules.mechanism === 'highest-bid') return winner.amount;
  let amount = naiveFloor(winner, market);
  while (!winsWith(amount, winner, bids, market)) {
    if (amount++ > winner.amount) throw new Error(`bid ${winner.id} wins with nothing up to its amount`);
  }
  return amount;
}

/** The same by halving, for amounts too large to try; right where winning with an amount means winning with more. */
export function naivePriceByHalving(winner: StandingBid, bids: readonly StandingBid[], market: NaiveMarket): number {
  if (market.rules.mechanism === 'highest-bid') return winner.amount;
  let loses = naiveFloor(winner, market) - 1;
  let wins: number = winner.amount;
  while (wins - loses > 1) {
    const middle = Math.floor((loses + wins) / 2);
    if (winsWith(middle, winner, bids, market)) wins = middle;
    else loses = middle;
  }
  return wins;
}

export function naiveFloor(bid: StandingBid, market: NaiveMarket): number {
  return Math.min(Number(naiveCost(bid, market.prices)), bid.reserveAtPlacing);
}

function winsWith(amount: number, winner: StandingBid, bids: readonly StandingBid[], market: NaiveMarket): boolean {
  const others = bids.filter((bid) => bid.agentId !== winner.agentId);
  const changed = { ...winner, amount } as StandingBid;
  return naiveWinners([...others, changed], market, bids).some(({ bidId }) => bidId === winner.id);
}

/** `all`: whose ages and weights are compared, left out or not. */
function stands(a: StandingBid, b: StandingBid, market: NaiveMarket, all: readonly StandingBid[]): boolean {
  const [aTop, aBottom] = score(a, market, all);
  const [bTop, bBottom] = score(b, market, all);
  const difference = aTop * bBottom - bTop * aBottom;
  return difference > 0n || (difference === 0n && a.id < b.id);
}

/** A fraction: what is over and what is under the line. */
function score(
  bid: StandingBid,
  { rules, prices, weights }: NaiveMarket,
  all: readonly StandingBid[],
): [bigint, bigint] {
  if (rules.mechanism === 'highest-bid') return [BigInt(bid.amount), 1n];
  const cost = naiveCost(bid, prices);
  const asking = all.filter(({ bundle }) => bundle.attention === 1);
  const { attention } = rules;
  const isAsking = bid.bundle.attention === 1 && attention !== undefined;
  const ages = isAsking && attention.sharesAge ? asking.map(({ passedOver }) => passedOver) : [bid.passedOver];
  let offered = BigInt(bid.amount);
  if (isAsking && attention.amountMost !== null) offered = least(offered, BigInt(attention.amountMost));
  if (isAsking && attention.amountCapPpm !== null)
    offered = least(offered, (cost * BigInt(attention.amountCapPpm)) / 1_000_000n);
  if (offered < cost) offered = cost;
  const weight = isAsking && attention.by === 'record' ? naiveWeight(bid.agentId, asking, weights ?? new Map()) : MEAN;
  return [offered * weight * (1_000_000n + BigInt(rules.ageBonusPpm * Math.max(...ages))), cost * MEAN * 1_000_000n];
}

const MEAN = 1_000_000n;
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/** In millionths of the mean of the agents that ask and have one. */
function naiveWeight(agent: string, asking: readonly StandingBid[], weights: ReadonlyMap<string, number>): bigint {
  const agents = new Set(asking.map(({ agentId }) => agentId).filter((id) => weights.has(id)));
  const own = weights.get(agent);
  if (own === undefined) return MEAN;
  let sum = 0n;
  for (const id of agents) sum += BigInt(weights.get(id)!);
  const weight = (BigInt(own) * BigInt(agents.size) * MEAN) / sum;
  return weight > 0n ? weight : 1n;
}

function naiveCost({ bundle }: StandingBid, prices: Prices): bigint {
  const thousandths =
    BigInt(bundle.cpuMs) * BigInt(prices.cpu_seconds) +
    1000n * BigInt(bundle.memoryMb) * BigInt(prices.memory_mb) +
    1000n * BigInt(bundle.tokens) * BigInt(prices.tokens) +
    1000n * BigInt(bundle.attention) * BigInt(prices.attention);
  const cost = thousandths / 1000n + (thousandths % 1000n > 0n ? 1n : 0n);
  return cost > 0n ? cost : 1n;
}
