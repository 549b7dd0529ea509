import type { MicroCredits } from './credits.ts';
import type { AttentionRules, MarketMoment, MarketRules, Offer, StandingBid } from './market.ts';
import { bundleCost, type Prices } from './resources.ts';

export const ONE_PPM = 1_000_000;

/** As bids for attention were ranked before there was a choice. */
const RANKED_AS_OTHERS: AttentionRules = {
  by: 'amount',
  amountCapPpm: null,
  amountMost: null,
  sharesAge: false,
};

export interface OfferedIn {
  readonly prices: Prices;
  readonly rules: Pick<MarketRules, 'attention'>;
  readonly moment: Pick<MarketMoment, 'attentionWeights'>;
}

/**
 * The competing bids with all that they are ranked by. Everything in it but the amount is fixed for the cycle, whatever
 * a bid offers: so a critical value is the least amount that wins here too.
 */
export function offersOf(competing: readonly StandingBid[], { prices, rules, moment }: OfferedIn): Offer[] {
  const attention = rules.attention ?? RANKED_AS_OTHERS;
  const asking = competing.filter(asksForAttention);
  const weights = attention.by === 'record' ? relativeWeights(asking, moment.attentionWeights) : undefined;
  // Only one of them is served while attention is for one: as old as the oldest, they delay others by one bundle.
  const oldest = attention.sharesAge
    ? asking.reduce((most, { passedOver }) => Math.max(most, passedOver), 0)
    : undefined;
  return competing.map((bid) => {
    const reserveCost = bundleCost(bid.bundle, prices);
    if (!asksForAttention(bid)) return plainOffer(bid, reserveCost);
    return {
      ...{ bid, reserveCost, age: oldest ?? bid.passedOver },
      weightPpm: weights?.get(bid.agentId) ?? ONE_PPM,
      amountMost: mostThatCounts(reserveCost, attention),
    };
  });
}

/** One that only its amount and its age rank. */
function plainOffer(bid: StandingBid, reserveCost: MicroCredits): Offer {
  return { bid, reserveCost, age: bid.passedOver, weightPpm: ONE_PPM, amountMost: Infinity };
}

/**
 * In millionths of the mean over the agents that ask, each counted once: so bids for attention keep their rank among the
 * others, and nobody moves the mean by asking more often. An agent without a weight has the mean.
 */
function relativeWeights(
  asking: readonly StandingBid[],
  given: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  let sum = 0n;
  for (const { agentId } of asking) {
    const weight = given.get(agentId);
    if (weight === undefined || weights.has(agentId)) continue;
    weights.set(agentId, weight);
    sum += BigInt(weight);
  }
  const scale = BigInt(weights.size) * BigInt(ONE_PPM);
  for (const [agentId, weight] of weights)
    weights.set(agentId, sum === 0n ? ONE_PPM : Math.max(1, Number((BigInt(weight) * scale) / sum)));
  return weights;
}

/** What is offered over this doesn't rank higher. Never under the cost, which every bid counts as offering. */
function mostThatCounts(cost: MicroCredits, { amountCapPpm, amountMost }: AttentionRules): number {
  const multiple = amountCapPpm === null ? Infinity : Number((BigInt(cost) * BigInt(amountCapPpm)) / BigInt(ONE_PPM));
  return Math.max(cost, Math.min(multiple, amountMost ?? Infinity));
}

function asksForAttention({ bundle }: StandingBid): boolean {
  return bundle.attention === 1;
}
