import type { MarketMoment, StandingBid, WaitCode } from './market.ts';
import { fits } from './resources.ts';

/** Who competes in a cycle. Ageing, prices and expiry all follow this one division. */
export interface Competition {
  readonly competing: readonly StandingBid[];
  /** The other bids, by id, each with the first reason that applies in the order of `WaitCode`. */
  readonly waiting: ReadonlyMap<number, WaitCode>;
}

/**
 * Divides the pending bids into those that compete and those that wait.
 *
 * Three rules depend on each other. A sponsored bid waits while an own bid of its agent competes. An own bid may rest.
 * Only a competing bid makes others rest. They are decided in this order, which leaves no circle:
 *
 * 1. What the bid and the moment alone decide: paused, running, resting while something is installed, too early, no
 *    attention free, or only a place that is kept from its lineage. The rest are candidates.
 * 2. Which lineages or agents rest. A sponsored bid makes others rest only if its agent has no own candidate. For an own
 *    candidate without attention competes in any case, and one with attention rests exactly when the sponsored bid does:
 *    resting depends on nothing but the agent and its lineage.
 * 3. Sponsored bids wait where an own candidate of their agent doesn't rest.
 */
export function competition(bids: readonly StandingBid[], moment: MarketMoment, restAllocations: number): Competition {
  const waiting = new Map<number, WaitCode>();
  const candidates: StandingBid[] = [];
  for (const bid of bids) {
    const code = waitsByItself(bid, moment);
    if (code) waiting.set(bid.id, code);
    else candidates.push(bid);
  }

  const rests = restTest(candidates, moment, restAllocations);
  const awake = candidates.filter((bid) => {
    if (!rests(bid)) return true;
    waiting.set(bid.id, 'rests');
    return false;
  });

  const agentsWithOwnBid = new Set(awake.filter(isOwn).map((bid) => bid.agentId));
  const competing = awake.filter((bid) => {
    if (isOwn(bid) || !agentsWithOwnBid.has(bid.agentId)) return true;
    waiting.set(bid.id, 'own_bid_competes');
    return false;
  });
  return { competing, waiting };
}

function waitsByItself(bid: StandingBid, moment: MarketMoment): WaitCode | undefined {
  if (moment.paused) return 'market_paused';
  if (moment.runningAgents.has(bid.agentId)) return 'agent_running';
  if (moment.installingAgents.has(bid.agentId)) return 'agent_installing';
  if (bid.earliestCycle > moment.cycle) return 'earliest_cycle_ahead';
  if (asksForAttention(bid) && moment.freeAtStart.attention < 1) return 'attention_held';
  if (asksForAttention(bid) && bid.lineageId === moment.keptFrom) return 'last_place_kept';
  if (lacksWithheldTokens(bid, moment)) return 'tokens_withheld';
  return undefined;
}

/**
 * Who was given attention lately rests while somebody else's bid for it could be served. Lineages are told apart first.
 * Where nobody outside the recent lineages asks, agents are. Where nobody outside the recent agents asks either, nobody
 * rests, since that would only leave the human idle.
 */
function restTest(
  candidates: readonly StandingBid[],
  moment: MarketMoment,
  restAllocations: number,
): (bid: StandingBid) => boolean {
  const recent = moment.recentAttention.slice(0, restAllocations);
  if (recent.length === 0) return () => false;
  const lineages = new Set(recent.map((holder) => holder.lineageId));
  const agents = new Set(recent.map((holder) => holder.agentId));
  const agentsWithOwnBid = new Set(candidates.filter(isOwn).map((bid) => bid.agentId));
  const servable = candidates.filter(
    (bid) =>
      asksForAttention(bid) &&
      fits(bid.bundle, moment.freeAtStart) &&
      (isOwn(bid) || !agentsWithOwnBid.has(bid.agentId)),
  );
  if (servable.some((bid) => !lineages.has(bid.lineageId)))
    return (bid) => asksForAttention(bid) && lineages.has(bid.lineageId);
  if (servable.some((bid) => !agents.has(bid.agentId)))
    return (bid) => asksForAttention(bid) && agents.has(bid.agentId);
  return () => false;
}

function asksForAttention(bid: StandingBid): boolean {
  return bid.bundle.attention === 1;
}

/** It would fit if the budget for models let all tokens be sold, so the market isn't why it doesn't win. */
function lacksWithheldTokens({ bundle }: StandingBid, { freeAtStart, tokensWithheld }: MarketMoment): boolean {
  return bundle.tokens > freeAtStart.tokens && bundle.tokens <= freeAtStart.tokens + tokensWithheld;
}

function isOwn(bid: StandingBid): boolean {
  return bid.payerId === bid.agentId;
}
