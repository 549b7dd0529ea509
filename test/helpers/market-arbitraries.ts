import fc from 'fast-check';
import { micro } from '../../src/domain/credits.ts';
import type { MarketMoment, MarketRules, StandingBid } from '../../src/domain/market.ts';
import type { Prices, Quantities } from '../../src/domain/resources.ts';

/** A market before a clearing, with every bid free to compete unless the moment says otherwise. */
export interface MarketCase {
  readonly bids: readonly StandingBid[];
  readonly prices: Prices;
  readonly rules: MarketRules;
  readonly moment: MarketMoment;
}

export interface MarketSize {
  readonly bidsMax: number;
  readonly agentsMax: number;
  readonly amountMax: number;
  readonly priceMax: number;
}

/** Markets with few different values, so that ties, several bids of one agent and every kind of scarcity are common. */
export function marketCase(size: MarketSize): fc.Arbitrary<MarketCase> {
  return fc.record({ bids: standingBids(size), prices: prices(size.priceMax), rules, moment: openMoment });
}

const rules: fc.Arbitrary<MarketRules> = fc.record({
  mechanism: fc.constantFrom('density', 'density', 'density', 'highest-bid'),
  ageBonusPpm: fc.constantFrom(0, 1, 50_000, 333_333, 1_000_000),
  restAllocations: fc.constant(0),
  ttlCycles: fc.integer({ min: 1, max: 4 }),
  attention: fc.record({
    by: fc.constantFrom('amount', 'record', 'record'),
    amountCapPpm: fc.constantFrom(null, 1_000_000, 1_333_333, 5_000_000),
    amountMost: fc.constantFrom(null, null, micro(12)),
    sharesAge: fc.boolean(),
  }),
});

/** Of all agents but a few. */
const weights: fc.Arbitrary<ReadonlyMap<string, number>> = fc
  .array(fc.oneof(fc.constantFrom(1, 2, 1000), fc.integer({ min: 1, max: 1_000_000_000 })), { maxLength: 20 })
  .map((drawn) => new Map(drawn.map((weight, index) => [`agent-${index + 1}`, weight])));

const free: fc.Arbitrary<Quantities> = fc.record({
  cpuMs: fc.oneof(fc.integer({ min: 0, max: 6000 }), fc.constant(1_000_000)),
  memoryMb: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(1_000_000)),
  tokens: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(1_000_000)),
  attention: fc.constantFrom(0, 1, 1, 2),
});

/** Nothing but what is free limits the bids. Attention counts as free, so that all of them compete. */
const openMoment: fc.Arbitrary<MarketMoment> = fc.tuple(free, weights).map(([freeAtStart, attentionWeights]) => ({
  cycle: 7,
  paused: false,
  runningAgents: new Set<string>(),
  installingAgents: new Set<string>(),
  freeAtStart: { ...freeAtStart, attention: Math.max(1, freeAtStart.attention) },
  tokensWithheld: 0,
  recentAttention: [],
  attentionWeights,
}));

function prices(most: number): fc.Arbitrary<Prices> {
  const price = fc.integer({ min: 0, max: most }).map(micro);
  return fc.record({ cpu_seconds: price, memory_mb: price, tokens: price, attention: price });
}

export function standingBids({ bidsMax, agentsMax, amountMax }: MarketSize): fc.Arbitrary<StandingBid[]> {
  const bid = fc.record({
    agent: fc.integer({ min: 1, max: agentsMax }),
    bundle: fc.record({
      cpuMs: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(1000)),
      memoryMb: fc.constantFrom(16, 16, 32, 64, 100),
      tokens: fc.constantFrom(0, 0, 1, 5),
      attention: fc.constantFrom<(0 | 1)[]>(0, 0, 1),
    }),
    amount: fc.integer({ min: 1, max: amountMax }),
    locked: fc.double({ min: 0, max: 1, noNaN: true }),
    passedOver: fc.constantFrom(0, 0, 1, 2, 5),
  });
  return fc.array(bid, { minLength: 1, maxLength: bidsMax }).chain((drafts) =>
    fc.shuffledSubarray([...drafts.keys()], { minLength: drafts.length }).map((ids) =>
      drafts.map(({ agent, bundle, amount, locked, passedOver }, index) => ({
        id: ids[index]! + 1,
        agentId: `agent-${agent}`,
        payerId: `agent-${agent}`,
        lineageId: `agent-${(agent % 3) + 1}`,
        bundle,
        amount: micro(amount),
        reserveAtPlacing: micro(Math.max(1, Math.ceil(amount * locked))),
        passedOver,
        earliestCycle: 0,
      })),
    ),
  );
}
