import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, reasonText } from '../../src/domain/allocation-scheduler.ts';
import { micro } from '../../src/domain/credits.ts';
import type { Allocation, MarketMoment, MarketRules, StandingBid } from '../../src/domain/market.ts';
import { fits, minus, QUANTITY_KEY, RESOURCES, type Prices } from '../../src/domain/resources.ts';
import { marketCase } from '../helpers/market-arbitraries.ts';
import { naiveWinners } from '../helpers/naive-market.ts';
import { marketMoment, standingBid } from '../helpers/standing-bid.ts';

const PRICES: Prices = { cpu_seconds: micro(100), memory_mb: micro(0), tokens: micro(1), attention: micro(50) };
const RULES: MarketRules = { mechanism: 'density', ageBonusPpm: 50_000, restAllocations: 3, ttlCycles: 60 };
const ONE_SECOND = marketMoment({ freeAtStart: { cpuMs: 1000, memoryMb: 10_000, tokens: 1000, attention: 1 } });

function clear(bids: StandingBid[], moment: MarketMoment = ONE_SECOND, rules: Partial<MarketRules> = {}): Allocation {
  return allocate({ bids, prices: PRICES, rules: { ...RULES, ...rules }, moment });
}

function winnerIds(allocation: Allocation): number[] {
  return allocation.winners.map((winner) => winner.bidId);
}

function reasonOf(allocation: Allocation, bidId: number): string | undefined {
  const fate = allocation.fates.find((each) => each.bidId === bidId);
  return fate && reasonText(fate.reason);
}

describe('ranking by density', () => {
  it('serves the higher amount per reserve cost first, not the higher amount', () => {
    const large = standingBid(1, { bundle: { cpuMs: 1000 }, amount: 150 });
    const small = standingBid(2, { bundle: { cpuMs: 100 }, amount: 20 });
    expect(winnerIds(clear([large, small]))).toEqual([2]);
  });

  it('adds the age bonus for each cycle passed over', () => {
    const patient = standingBid(2, { amount: 200, passedOver: 3 });
    expect(winnerIds(clear([standingBid(1, { amount: 229 }), patient]))).toEqual([2]);
    expect(winnerIds(clear([standingBid(1, { amount: 231 }), patient]))).toEqual([1]);
  });

  it('gives a tie to the older bid, however the bids are given', () => {
    const older = standingBid(1, { amount: 115 });
    const younger = standingBid(2, { amount: 100, passedOver: 3 });
    expect(winnerIds(clear([younger, older]))).toEqual([1]);
  });

  it('treats an amount under today’s reserve as if it were the reserve', () => {
    const locked = standingBid(1, { amount: 60, reserveAtPlacing: 60 });
    expect(winnerIds(clear([standingBid(2, { amount: 100 }), locked]))).toEqual([1]);
    expect(winnerIds(clear([standingBid(2, { amount: 101 }), locked]))).toEqual([2]);
  });

  it('sees as equal what rounding to doubles would tell apart', () => {
    for (const [aged, passedOver, fresh] of [
      [190, 2, 209],
      [112, 5, 140],
    ] as const) {
      const factor = 1_000_000 + 50_000 * passedOver;
      expect((aged / 100) * factor).toBeGreaterThan((fresh / 100) * 1_000_000);
      expect(aged * factor).toBe(fresh * 1_000_000);
      const bids = [standingBid(1, { amount: fresh }), standingBid(2, { amount: aged, passedOver })];
      expect(winnerIds(clear(bids))).toEqual([1]);
    }
  });

  it('tells scores apart that are equal as doubles', () => {
    // Every second Fibonacci number: the two ratios differ by one part in 10²⁹.
    const [a, b, c] = [498454011879264, 190392490709135, 72723460248141];
    const prices: Prices = { ...PRICES, cpu_seconds: micro(0), tokens: micro(1) };
    const free = { cpuMs: 1, memoryMb: 10_000, tokens: 1e15, attention: 0 };
    const higher = standingBid(2, { bundle: { cpuMs: 1, tokens: c }, amount: b, reserveAtPlacing: c });
    const lower = standingBid(1, { bundle: { cpuMs: 1, tokens: b }, amount: a, reserveAtPlacing: b });
    expect(a / b).toBe(b / c);
    const first = BigInt(a) * BigInt(c) > BigInt(b) * BigInt(b) ? 1 : 2;
    for (const bids of [
      [higher, lower],
      [lower, higher],
    ])
      expect(winnerIds(allocate({ bids, prices, rules: RULES, moment: marketMoment({ freeAtStart: free }) }))).toEqual([
        first,
      ]);
  });
});

describe('ranking by the highest bid', () => {
  it('serves the higher amount first, the older of two equal ones, and takes what was bid', () => {
    const bids = [
      standingBid(1, { amount: 150 }),
      standingBid(3, { amount: 300, bundle: { cpuMs: 300 } }),
      standingBid(2, { amount: 300, bundle: { cpuMs: 700 } }),
    ];
    const { winners } = clear(bids, ONE_SECOND, { mechanism: 'highest-bid' });
    expect(winners.map(({ bidId, rank, price }) => [bidId, rank, price])).toEqual([
      [2, 1, 300],
      [3, 2, 300],
    ]);
  });
});

describe('a winner', () => {
  it('carries its rank, its reserve cost of today and the part that is attention’s', () => {
    const bids = [standingBid(1, { amount: 600, bundle: { attention: 1 } }), standingBid(2, { amount: 500 })];
    const { winners } = clear(bids, marketMoment());
    const [first, second] = [bids[1]!, bids[0]!];
    expect(winners).toEqual([
      { bidId: 2, agentId: 'agent-2', bundle: first.bundle, rank: 1, price: 1, reserveCost: 100, attentionPrice: 0 },
      { bidId: 1, agentId: 'agent-1', bundle: second.bundle, rank: 2, price: 1, reserveCost: 150, attentionPrice: 50 },
    ]);
  });
});

describe('the fate of a bid that does not win', () => {
  it('is outranked by the winner that took the last of what it needs', () => {
    const bids = [
      standingBid(1, { amount: 300, bundle: { cpuMs: 400 } }),
      standingBid(2, { amount: 200, bundle: { cpuMs: 400 } }),
      standingBid(3, { amount: 100, bundle: { cpuMs: 600 } }),
      standingBid(4, { amount: 50, bundle: { cpuMs: 200, memoryMb: 16 } }),
    ];
    const allocation = clear(bids);
    expect(winnerIds(allocation)).toEqual([1, 2, 4]);
    expect(reasonOf(allocation, 3)).toBe('outranked by bid_2: no cpu_seconds left');
  });

  it('names the resource alone where the bundle never would have fitted', () => {
    const allocation = clear([standingBid(1, { bundle: { memoryMb: 20_000 } }), standingBid(2)]);
    expect(reasonOf(allocation, 1)).toBe('no memory_mb left');
  });

  it('is passed by without ageing once another bid for its agent wins, also where it ranked higher', () => {
    const bids = [
      standingBid(1, { agentId: 'twice', amount: 900, bundle: { cpuMs: 2000 } }),
      standingBid(2, { agentId: 'twice', amount: 200 }),
      standingBid(3, { agentId: 'twice', amount: 60, bundle: { cpuMs: 500 } }),
    ];
    const allocation = clear(bids);
    expect(winnerIds(allocation)).toEqual([2]);
    expect(allocation.fates).toEqual([
      { bidId: 1, reason: { code: 'agent_won', bidId: 2 }, ages: false, expires: false },
      { bidId: 3, reason: { code: 'agent_won', bidId: 2 }, ages: false, expires: false },
    ]);
    expect(reasonOf(allocation, 1)).toBe('passed by: bid_2 won for the agent');
  });

  it('ages and, in the last of its cycles, expires', () => {
    const waiting = (passedOver: number) => standingBid(9, { bundle: { cpuMs: 5000 }, passedOver });
    expect(clear([waiting(58)]).fates[0]).toMatchObject({ ages: true, expires: false });
    expect(clear([waiting(59)]).fates[0]).toMatchObject({ ages: true, expires: true });
  });

  it('neither ages nor expires where it does not compete', () => {
    const moment = marketMoment({ runningAgents: new Set(['agent-1']) });
    const { fates, ranked } = clear([standingBid(1, { passedOver: 80 })], moment);
    expect(fates).toEqual([{ bidId: 1, reason: { code: 'agent_running' }, ages: false, expires: false }]);
    expect(ranked).toEqual([]);
  });

  it('is the same on every cycle on which nothing changes', () => {
    const bids = [standingBid(1, { amount: 300 }), standingBid(2, { amount: 200 })];
    const again = bids.map((bid) => ({ ...bid, passedOver: bid.passedOver + 1 }));
    expect(reasonOf(clear(again), 2)).toBe(reasonOf(clear(bids), 2));
  });
});

describe('what is free', () => {
  it('counts as nothing where more is held than there is supply', () => {
    const moment = marketMoment({ freeAtStart: { cpuMs: 1000, memoryMb: 100, tokens: -5, attention: -1 } });
    expect(winnerIds(clear([standingBid(1)], moment))).toEqual([1]);
  });
});

describe('any clearing', () => {
  const size = { bidsMax: 40, agentsMax: 15, amountMax: 400, priceMax: 2 };

  it('serves the same bids in the same ranks as the naive market', () => {
    fc.assert(
      fc.property(marketCase(size), ({ bids, prices, rules, moment }) => {
        const expected = naiveWinners(bids, {
          prices,
          rules,
          free: moment.freeAtStart,
          weights: moment.attentionWeights,
        });
        const { winners } = allocate({ bids, prices, rules, moment });
        expect(winners.map(({ bidId, rank }) => ({ bidId, rank }))).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it('accounts for every bid once, one win per agent at most, and never for more than is free', () => {
    fc.assert(
      fc.property(marketCase(size), ({ bids, prices, rules, moment }) => {
        const { winners, fates } = allocate({ bids, prices, rules, moment });
        const seen = [...winners.map((each) => each.bidId), ...fates.map((each) => each.bidId)];
        expect(seen.sort((a, b) => a - b)).toEqual(bids.map((bid) => bid.id).sort((a, b) => a - b));
        expect(new Set(winners.map((winner) => winner.agentId)).size).toBe(winners.length);
        const left = winners.reduce((free, winner) => minus(free, winner.bundle), moment.freeAtStart);
        expect(Math.min(...RESOURCES.map((resource) => left[QUANTITY_KEY[resource]]))).toBeGreaterThanOrEqual(0);
        for (const { bidId, reason } of fates) {
          const { bundle } = bids.find((bid) => bid.id === bidId)!;
          if (reason.code !== 'agent_won') expect(fits(bundle, left)).toBe(false);
        }
      }),
    );
  });

  it('does not depend on the order in which the bids are given', () => {
    fc.assert(
      fc.property(marketCase(size), ({ bids, prices, rules, moment }) => {
        const forwards = allocate({ bids, prices, rules, moment });
        const backwards = allocate({ bids: bids.toReversed(), prices, rules, moment });
        expect(backwards).toEqual({ ...forwards, fates: forwards.fates.toReversed() });
      }),
    );
  });

  it('names as outranking a winner of higher rank without which the bid would have had room until then', () => {
    fc.assert(
      fc.property(marketCase(size), ({ bids, prices, rules, moment }) => {
        const { winners, fates, ranked } = allocate({ bids, prices, rules, moment });
        for (const { bidId, reason } of fates) {
          if (reason.code !== 'outranked') continue;
          const place = winners.findIndex((winner) => winner.bidId === reason.bidId);
          const before = winners.slice(0, place).reduce((free, { bundle }) => minus(free, bundle), moment.freeAtStart);
          const { bundle } = bids.find((bid) => bid.id === bidId)!;
          expect(fits(bundle, before)).toBe(true);
          expect(fits(bundle, minus(before, winners[place]!.bundle))).toBe(false);
          expect(winners[place]!.rank - 1).toBeLessThan(ranked.findIndex((offer) => offer.bid.id === bidId));
        }
      }),
    );
  });
});
