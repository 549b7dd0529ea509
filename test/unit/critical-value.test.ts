import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/domain/allocation-scheduler.ts';
import { micro } from '../../src/domain/credits.ts';
import type { AttentionRules, MarketRules, StandingBid } from '../../src/domain/market.ts';
import { bundleCost, type Prices } from '../../src/domain/resources.ts';
import { marketCase, type MarketCase } from '../helpers/market-arbitraries.ts';
import { naiveFloor, naivePriceByHalving, naivePriceByTrying } from '../helpers/naive-market.ts';
import { marketMoment, standingBid } from '../helpers/standing-bid.ts';

const PRICES: Prices = { cpu_seconds: micro(100), memory_mb: micro(0), tokens: micro(0), attention: micro(50) };
const RULES: MarketRules = { mechanism: 'density', ageBonusPpm: 50_000, restAllocations: 0, ttlCycles: 60 };

function pricesPaid(bids: StandingBid[], cpuMsFree = 1000): Record<number, number> {
  const freeAtStart = { cpuMs: cpuMsFree, memoryMb: 100_000, tokens: 0, attention: 1 };
  const { winners } = allocate({ bids, prices: PRICES, rules: RULES, moment: marketMoment({ freeAtStart }) });
  return Object.fromEntries(winners.map(({ bidId, price }) => [bidId, price]));
}

describe('the price of a win', () => {
  it('is the reserve cost where nobody else asks', () => {
    expect(pricesPaid([standingBid(1, { amount: 900, reserveAtPlacing: 100 })])).toEqual({ 1: 100 });
  });

  it('is the reserve cost at placing where that is lower, and today’s where today’s is', () => {
    expect(pricesPaid([standingBid(1, { amount: 900, reserveAtPlacing: 70 })])).toEqual({ 1: 70 });
    expect(pricesPaid([standingBid(1, { amount: 900, reserveAtPlacing: 130 })])).toEqual({ 1: 100 });
  });

  it('equals the best loser’s amount for the older bid, and one micro-credit more for the younger', () => {
    const rival = standingBid(5, { amount: 400 });
    expect(pricesPaid([standingBid(1, { amount: 900 }), rival])).toEqual({ 1: 400 });
    expect(pricesPaid([standingBid(9, { amount: 900 }), rival])).toEqual({ 9: 401 });
  });

  it('is lower for a bid that was passed over, and higher against one that was', () => {
    expect(pricesPaid([standingBid(1, { amount: 900, passedOver: 20 }), standingBid(2, { amount: 400 })])).toEqual({
      1: 200,
    });
    expect(pricesPaid([standingBid(1, { amount: 900 }), standingBid(2, { amount: 400, passedOver: 20 })])).toEqual({
      1: 800,
    });
  });

  it('is in proportion to the bundle', () => {
    const half = standingBid(1, { amount: 900, bundle: { cpuMs: 500 } });
    expect(pricesPaid([half, standingBid(2, { amount: 400, bundle: { cpuMs: 1000 } })])).toEqual({ 1: 200 });
  });

  it('ignores losers that would not have had room either', () => {
    const bids = [
      standingBid(1, { amount: 900, bundle: { cpuMs: 400 } }),
      standingBid(2, { amount: 800, bundle: { cpuMs: 600 } }),
      standingBid(3, { amount: 600, bundle: { cpuMs: 500 } }),
    ];
    // Without bid 1, 400 ms are free: too little for bid 3. Without bid 2, 600 ms are: enough.
    expect(pricesPaid(bids)).toEqual({ 1: 1, 2: 720 });
  });

  it('is set by the first loser with room, however many without stand between', () => {
    const count = 130;
    const winners = [1, 2].map((id) => standingBid(id, { amount: 9000, bundle: { cpuMs: 500 } }));
    const tooLarge = Array.from({ length: count }, (_, index) =>
      standingBid(10 + index, { amount: 900 - index, bundle: { cpuMs: 600 } }),
    );
    const small = standingBid(1000, { amount: 40, bundle: { cpuMs: 400 } });
    for (let before = 0; before <= count; before++) {
      const bids = [...winners, ...tooLarge.slice(0, before), small, ...tooLarge.slice(before)];
      const amount = before === count ? 60 : (4 * (900 - before)) / 6 + 1;
      const priced = bids.map((bid) => (bid === small ? { ...bid, amount: micro(Math.floor(amount)) } : bid));
      const price = Math.ceil((Math.floor(amount) * 5) / 4);
      expect(pricesPaid(priced)).toEqual({ 1: price, 2: price });
    }
  });

  it('leaves the other bids for the same agent out', () => {
    const bids = [
      standingBid(1, { agentId: 'a', amount: 900 }),
      standingBid(2, { agentId: 'a', amount: 800 }),
      standingBid(3, { amount: 300 }),
    ];
    expect(pricesPaid(bids)).toEqual({ 1: 300 });
  });

  it('counts a loser’s bid although a later bid for its agent wins', () => {
    const bids = [
      standingBid(1, { amount: 900 }),
      standingBid(2, { agentId: 'b', amount: 500 }),
      standingBid(3, { agentId: 'b', amount: 10, bundle: { cpuMs: 100 } }),
    ];
    expect(pricesPaid(bids, 1100)).toEqual({ 1: 500, 3: 1 });
  });
});

function expectNaivePrices({ bids, prices, rules, moment }: MarketCase, naivePrice: typeof naivePriceByTrying): void {
  const market = { prices, rules, free: moment.freeAtStart, weights: moment.attentionWeights };
  for (const { bidId, price } of allocate({ bids, prices, rules, moment }).winners) {
    const bid = bids.find((each) => each.id === bidId)!;
    expect(price).toBe(naivePrice(bid, bids, market));
  }
}

const AS_OTHERS: AttentionRules = { by: 'amount', amountCapPpm: null, amountMost: null, sharesAge: false };

describe('the price of attention', () => {
  const asks = { reserveAtPlacing: 150, bundle: { cpuMs: 1000, attention: 1 } } as const;

  function paid(bids: StandingBid[], weights: Record<string, number>, rules: Partial<AttentionRules> = {}) {
    const attention = { ...AS_OTHERS, by: 'record', ...rules } as const;
    const moment = marketMoment({ attentionWeights: new Map(Object.entries(weights)) });
    const { winners } = allocate({ bids, prices: PRICES, rules: { ...RULES, attention }, moment });
    return Object.fromEntries(winners.map(({ bidId, price }) => [bidId, price]));
  }

  it('is weighed with the records of winner and loser', () => {
    const bids = [standingBid(1, { ...asks, amount: 900 }), standingBid(2, { ...asks, amount: 600 })];
    expect(paid(bids, { 'agent-1': 7, 'agent-2': 7 })).toEqual({ 1: 600 });
    expect(paid(bids, { 'agent-1': 40, 'agent-2': 20 })).toEqual({ 1: 300 });
    expect(paid(bids, { 'agent-1': 10, 'agent-2': 30 })).toEqual({ 2: 301 });
    // Without a record it has the mean weight.
    expect(paid(bids, { 'agent-2': 30 })).toEqual({ 1: 600 });
  });

  it('is the reserve where amounts count for no more, however rich the loser', () => {
    const bids = [standingBid(1, { ...asks, amount: 150 }), standingBid(2, { ...asks, amount: 1_000_000 })];
    expect(paid(bids, { 'agent-1': 3, 'agent-2': 2 }, { amountCapPpm: 1_000_000 })).toEqual({ 1: 150 });
    expect(paid(bids, { 'agent-1': 3, 'agent-2': 3 }, { amountCapPpm: 1_000_000 })).toEqual({ 1: 150 });
    expect(paid(bids, { 'agent-1': 3, 'agent-2': 3 }, { amountMost: micro(150) })).toEqual({ 1: 150 });
  });

  it('gains nothing from waiting where all count as old as the oldest, and stands before others as the oldest would', () => {
    const young = standingBid(1, { ...asks, amount: 400 });
    const old = standingBid(2, { ...asks, amount: 300, passedOver: 50 });
    expect(paid([young, old], {}, { by: 'amount' })).toEqual({ 2: 150 });
    expect(paid([young, old], {}, { by: 'amount', sharesAge: true })).toEqual({ 1: 300 });
    const others = standingBid(3, { amount: 600, bundle: { cpuMs: 99_500 } });
    const { ranked } = allocate({
      ...{ bids: [young, old, others], prices: PRICES, moment: marketMoment() },
      rules: { ...RULES, attention: { ...AS_OTHERS, sharesAge: true } },
    });
    expect(ranked.map(({ bid }) => bid.id)).toEqual([1, 2, 3]);
  });

  it('keeps a mean weight of 1 beside other bids, and is not moved by asking twice', () => {
    const bids = [1, 2, 3].map((id) => standingBid(id, { ...asks, agentId: id === 3 ? 'agent-2' : `agent-${id}` }));
    const { ranked } = allocate({
      ...{ bids, prices: PRICES, rules: { ...RULES, attention: { ...AS_OTHERS, by: 'record' } } },
      moment: marketMoment({ attentionWeights: new Map(Object.entries({ 'agent-1': 1, 'agent-2': 3 })) }),
    });
    expect(ranked.map(({ bid, weightPpm }) => [bid.id, weightPpm])).toEqual([
      [2, 1_500_000],
      [3, 1_500_000],
      [1, 500_000],
    ]);
  });
});

describe('any market', () => {
  it('charges the least amount that would have won, found by trying every one', () => {
    const small = marketCase({ bidsMax: 9, agentsMax: 6, amountMax: 30, priceMax: 1 });
    fc.assert(
      fc.property(small, (market) => expectNaivePrices(market, naivePriceByTrying)),
      { numRuns: 3000 },
    );
  });

  it('charges it also where many bids, several of an agent, compete with large amounts', () => {
    const large = marketCase({ bidsMax: 40, agentsMax: 20, amountMax: 1_000_000_000, priceMax: 1_000_000 });
    fc.assert(
      fc.property(large, (market) => expectNaivePrices(market, naivePriceByHalving)),
      { numRuns: 300 },
    );
  });

  it('never charges more than was bid or less than the lower of both reserve costs', () => {
    fc.assert(
      fc.property(marketCase({ bidsMax: 40, agentsMax: 20, amountMax: 300, priceMax: 2 }), (market) => {
        const { bids, prices, rules, moment } = market;
        for (const { bidId, price, reserveCost } of allocate({ bids, prices, rules, moment }).winners) {
          const bid = bids.find((each) => each.id === bidId)!;
          expect(price).toBeLessThanOrEqual(bid.amount);
          expect(price).toBeGreaterThanOrEqual(naiveFloor(bid, { prices, rules, free: moment.freeAtStart }));
          expect(reserveCost).toBe(bundleCost(bid.bundle, prices));
        }
      }),
    );
  });
});

describe('an agent with one bid', () => {
  const oneEach = marketCase({ bidsMax: 25, agentsMax: 1, amountMax: 400, priceMax: 2 }).map((market) => ({
    ...market,
    rules: { ...market.rules, mechanism: 'density' as const },
    bids: market.bids.map((bid) => ({ ...bid, agentId: `agent-${bid.id}`, payerId: `agent-${bid.id}` })),
  }));

  function winsWith(amount: number, bid: StandingBid, { bids, prices, rules, moment }: MarketCase): boolean {
    const changed = bids.map((each) => (each === bid ? { ...bid, amount: micro(amount) } : each));
    // The floor is not what is tested here: without it a lower amount can be tried.
    const unlocked = changed.map((each) => ({ ...each, reserveAtPlacing: micro(1) }));
    return allocate({ bids: unlocked, prices, rules, moment }).winners.some(({ bidId }) => bidId === bid.id);
  }

  it('wins with its price and with anything above, pays the same for it, and loses with less unless at the floor', () => {
    fc.assert(
      fc.property(oneEach, fc.integer({ min: 1, max: 1000 }), (market, more) => {
        const { bids, prices, rules, moment } = market;
        for (const { bidId, price } of allocate({ bids, prices, rules, moment }).winners) {
          const bid = bids.find((each) => each.id === bidId)!;
          const floor = naiveFloor(bid, { prices, rules, free: moment.freeAtStart });
          expect(winsWith(price, bid, market)).toBe(true);
          expect(winsWith(bid.amount + more, bid, market)).toBe(true);
          if (price > floor) expect(winsWith(price - 1, bid, market)).toBe(false);
          const higher = bids.map((each) => (each === bid ? { ...bid, amount: micro(bid.amount + more) } : each));
          const again = allocate({ bids: higher, prices, rules, moment }).winners;
          expect(again.find((each) => each.bidId === bidId)?.price).toBe(price);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('would pay more than it offered for a win that it did not get', () => {
    fc.assert(
      fc.property(oneEach, fc.integer({ min: 1, max: 2000 }), (market, more) => {
        const { bids, prices, rules, moment } = market;
        for (const { bidId } of allocate({ bids, prices, rules, moment }).fates) {
          const bid = bids.find((each) => each.id === bidId)!;
          const higher = bids.map((each) => (each === bid ? { ...bid, amount: micro(bid.amount + more) } : each));
          const won = allocate({ bids: higher, prices, rules, moment }).winners.find((each) => each.bidId === bidId);
          if (won) expect(won.price).toBeGreaterThan(bid.amount);
        }
      }),
      { numRuns: 200 },
    );
  });
});
