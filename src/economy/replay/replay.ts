import { allocate } from '../../domain/allocation-scheduler.ts';
import type { Allocation, AttentionHolder, MarketRules, StandingBid } from '../../domain/market.ts';
import { demandOf, nextPrices, NO_SMOOTHED_DEMAND, usedOf, type PriceRule } from '../../domain/pricing.ts';
import { minus, NOTHING, plus, type Bundle, type Prices, type Quantities } from '../../domain/resources.ts';
import type { RecordedClearing } from '../market/clearing-record.ts';

/** The market in which recorded cycles are cleared again. */
export interface ReplayMarket {
  readonly rules: MarketRules;
  /** Undefined: what was sold in each cycle. */
  readonly supply: Quantities | undefined;
  /** Undefined: the reserve prices stay those of the record. */
  readonly pricing: { readonly rule: PriceRule; readonly startPrices: Prices } | undefined;
}

/** What a cycle came to when it was cleared again. */
export interface ReplayedCycle {
  readonly cycle: number;
  readonly allocation: Allocation;
  readonly supply: Quantities;
  readonly used: Quantities;
}

export interface ReplaySources {
  /** Cycles without a gap, the oldest first. */
  readonly clearings: Iterable<RecordedClearing>;
  /** Whether it had been withdrawn or voided before this cycle. */
  readonly isGone: (bidId: number, cycle: number) => boolean;
  /** For how many further cycles the execution that it won kept its agent busy; undefined where it never won. */
  readonly busyCycles: (bidId: number) => number | undefined;
}

interface Run {
  readonly bundle: Bundle;
  /** The last cycle in which it still holds what it has. */
  readonly until: number;
}

/**
 * Clears recorded cycles again, one after the other, under another rule or supply. A bid comes in the cycle in which it
 * came. It ages by the replay, and stays until it wins or expires in the replay, or was withdrawn in the record.
 *
 * What can't be known is taken from the record: agents bid what they bid, attention is free when it was free, and who was
 * drawn by lot is drawn. An
 * execution that isn't in the record lasts no longer than its cycle. Under the rules of the record this gives the record.
 */
export function* replay(sources: ReplaySources, market: ReplayMarket): Generator<ReplayedCycle> {
  const standing = new Map<number, StandingBid>();
  const seen = new Set<number>();
  const running = new Map<string, Run>();
  let recent: readonly AttentionHolder[] | undefined;
  let prices: Prices | undefined;
  let smoothed = NO_SMOOTHED_DEMAND;

  for (const { input, supply: recorded, held: heldThere, isPaced, lot } of sources.clearings) {
    const { cycle } = input.moment;
    const supply = market.supply ?? recorded;
    arrive(input.bids, standing, seen);
    for (const id of standing.keys()) if (sources.isGone(id, cycle)) standing.delete(id);
    for (const [agent, { until }] of running) if (until < cycle) running.delete(agent);
    // The first recorded cycle began with what ran then.
    if (recent === undefined) for (const agent of input.moment.runningAgents) occupy(running, agent, cycle);

    // Who has the human's attention, and for how long, follows the record.
    if (lot) running.set(lot.agentId, { bundle: lot.bundle, until: cycle + (sources.busyCycles(lot.id) ?? 0) });
    const { cpuMs, tokens } = lot?.bundle ?? NOTHING;
    const held =
      recent === undefined ? heldThere : { ...heldBy(running), cpuMs, tokens, attention: heldThere.attention };
    if (lot && recent) recent = [lot, ...recent].slice(0, Math.max(market.rules.restAllocations, recent.length));
    const free = { ...minus(supply, held), attention: input.moment.freeAtStart.attention };
    recent ??= input.moment.recentAttention;
    const moved = market.pricing ? (prices ?? input.prices) : input.prices;
    // What the human's minutes made of it can't be known without that human.
    const now = isPaced ? { ...moved, attention: input.prices.attention } : moved;
    const allocation = allocate({
      bids: [...standing.values()].sort((a, b) => a.id - b.id),
      prices: now,
      rules: market.rules,
      moment: {
        ...{ ...input.moment, runningAgents: new Set(running.keys()), freeAtStart: free, recentAttention: recent },
        // Another supply is sold whole.
        tokensWithheld: market.supply ? 0 : input.moment.tokensWithheld,
      },
    });

    recent = [...attentionOf(allocation), ...recent].slice(0, Math.max(market.rules.restAllocations, recent.length));
    for (const { bidId, agentId, bundle } of allocation.winners) {
      standing.delete(bidId);
      const busy = sources.busyCycles(bidId) ?? 0;
      if (busy > 0) running.set(agentId, { bundle, until: cycle + busy });
    }
    age(standing, allocation);
    const used = usedOf(allocation, held);
    if (market.pricing && !input.moment.paused) {
      const demand = demandOf(allocation, held);
      ({ prices, smoothed } = nextPrices({ prices: now, smoothed, demand, used, supply, ...market.pricing }));
    } else if (market.pricing) prices = now;
    yield { cycle, allocation, supply, used };
  }
}

/** Bids that come for the first time; one that was given a second attempt there has had its turn here. */
function arrive(bids: readonly StandingBid[], standing: Map<number, StandingBid>, seen: Set<number>): void {
  for (const bid of bids) {
    if (seen.has(bid.id)) continue;
    seen.add(bid.id);
    standing.set(bid.id, bid);
  }
}

/** What it runs with is not known here, only how much all of them hold. */
function occupy(running: Map<string, Run>, agent: string, until: number): void {
  running.set(agent, { bundle: { ...NOTHING, attention: 0 }, until });
}

function heldBy(running: ReadonlyMap<string, Run>): Quantities {
  return [...running.values()].reduce<Quantities>(
    (sum, { bundle }) => plus(sum, { ...NOTHING, memoryMb: bundle.memoryMb }),
    NOTHING,
  );
}

/** The newest first, as the market counts them. */
function attentionOf({ winners, ranked }: Allocation): readonly AttentionHolder[] {
  return winners
    .filter(({ bundle }) => bundle.attention === 1)
    .map(({ agentId, rank }) => ({ agentId, lineageId: ranked[rank - 1]!.bid.lineageId }))
    .reverse();
}

function age(standing: Map<number, StandingBid>, { fates }: Allocation): void {
  for (const { bidId, ages, expires } of fates) {
    const bid = standing.get(bidId);
    if (expires) standing.delete(bidId);
    else if (ages && bid) standing.set(bidId, { ...bid, passedOver: bid.passedOver + 1 });
  }
}
