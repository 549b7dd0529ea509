import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/domain/allocation-scheduler.ts';
import { AMOUNT_MAX, micro } from '../../src/domain/credits.ts';
import type { Allocation, StandingBid } from '../../src/domain/market.ts';
import {
  demandOf,
  nextPrices,
  NO_SMOOTHED_DEMAND,
  startPrices,
  usedOf,
  utilisationOf,
  type BandRule,
  type DemandRule,
  type PricingInput,
} from '../../src/domain/pricing.ts';
import { bundleCost, NOTHING, type Prices, type Quantities } from '../../src/domain/resources.ts';
import { marketMoment, standingBid } from '../helpers/standing-bid.ts';

const PACE = { spans: 1, stepMax: 0.5 };
const DEMAND: DemandRule = {
  kind: 'demand',
  smoothing: 0.3,
  target: 1.2,
  rate: 0.0625,
  demandMax: 3,
  capFactor: 100,
  pace: PACE,
};
const BAND: BandRule = { kind: 'band', low: 0.2, high: 0.8, rate: 0.05, capFactor: 100, pace: PACE };
const SUPPLY: Quantities = { cpuMs: 16_000, memoryMb: 12_000, tokens: 0, attention: 1 };

function prices(cpu: number, memory: number, tokens: number, attention: number): Prices {
  return { cpu_seconds: micro(cpu), memory_mb: micro(memory), tokens: micro(tokens), attention: micro(attention) };
}

const START = prices(1000, 1000, 0, 50_000);

function moved(options: Partial<PricingInput>) {
  return nextPrices({
    prices: prices(10_000, 10_000, 0, 50_000),
    smoothed: NO_SMOOTHED_DEMAND,
    demand: NOTHING,
    used: NOTHING,
    supply: SUPPLY,
    startPrices: START,
    rule: DEMAND,
    ...options,
  });
}

/** Demand or use of CPU as a multiple of the supply. */
function cpu(multiple: number): Quantities {
  return { ...NOTHING, cpuMs: multiple * SUPPLY.cpuMs };
}

describe('a cycle of another length', () => {
  const DEMANDED = { smoothed: { ...NO_SMOOTHED_DEMAND, cpu_seconds: 2.4 }, demand: cpu(2.4) };
  const FLOOR = prices(100_000, 1000, 0, 50_000);
  const after = (spans: number, cycles: number, options: Partial<PricingInput>) => {
    let state = { prices: prices(1_000_000, 1000, 0, 50_000), smoothed: NO_SMOOTHED_DEMAND };
    const rule = { ...(options.rule as DemandRule), pace: { spans, stepMax: 0.9 } };
    for (let cycle = 0; cycle < cycles; cycle++)
      state = moved({ startPrices: FLOOR, ...options, rule, prices: state.prices });
    return state.prices.cpu_seconds;
  };

  it.each([
    ['up', { ...DEMANDED, rule: DEMAND }],
    ['down', { rule: DEMAND }],
    ['up by band', { used: cpu(0.9), rule: BAND }],
  ])('moves a price as far in the same time: %s', (_, options) => {
    const [short, whole, long] = [after(0.1, 60, options), after(1, 6, options), after(6, 1, options)];
    expect(whole).not.toBe(1_000_000);
    expect(Math.abs(short / whole - 1)).toBeLessThan(1e-4);
    expect(Math.abs(long / whole - 1)).toBeLessThan(1e-4);
  });

  it('moves it no further than the longest step, however long it is', () => {
    const rule = { ...DEMAND, pace: { spans: 360, stepMax: 0.5 } };
    const from = prices(4000, 10_000, 0, 50_000);
    expect(moved({ ...DEMANDED, rule, prices: from }).prices.cpu_seconds).toBe(6000);
    expect(moved({ rule, prices: from }).prices.cpu_seconds).toBe(2000);
  });
});

describe('start prices', () => {
  const none = { cpu_seconds: null, memory_mb: null, tokens: null, attention: null };

  it('make the whole supply of a resource cost the supply value for one cycle', () => {
    const start = startPrices(
      { ...SUPPLY, tokens: 8 },
      { stockValue: micro(100e6), flowValue: micro(100e6), start: none },
    );
    expect(start).toEqual(prices(6_250_000, 8333, 12_500_000, 100_000_000));
  });

  it('can be set for each resource', () => {
    const rules = {
      stockValue: micro(100e6),
      flowValue: micro(100e6),
      start: { ...none, memory_mb: micro(7), attention: micro(50e6) },
    };
    expect(startPrices(SUPPLY, rules)).toEqual(prices(6_250_000, 7, 0, 50_000_000));
  });

  it('are zero without supply, even where one is set, and otherwise at least one micro-credit', () => {
    const rules = {
      stockValue: micro(3),
      flowValue: micro(3),
      start: { ...none, tokens: micro(5), attention: micro(0) },
    };
    expect(startPrices(SUPPLY, rules)).toEqual(prices(1, 1, 0, 1));
  });

  it('never make a whole supply cost more than a bid can offer', () => {
    const most = {
      stockValue: AMOUNT_MAX,
      flowValue: AMOUNT_MAX,
      start: { ...none, memory_mb: AMOUNT_MAX, tokens: AMOUNT_MAX },
    };
    for (const cpuMs of [1, 999, 1000, 1_000_000_000]) {
      const supply = { cpuMs, memoryMb: 1e9, tokens: 1e9, attention: 1 };
      const cost = bundleCost({ ...supply, attention: 1 }, startPrices(supply, most));
      expect(cost).toBeLessThanOrEqual(4 * AMOUNT_MAX);
    }
  });
});

describe('the demand rule', () => {
  it('starts the smoothed demand at the first one and then goes part of the way', () => {
    const first = moved({ demand: cpu(1.5) });
    expect(first.smoothed).toEqual({ cpu_seconds: 1.5, memory_mb: 0, tokens: null, attention: null });
    const second = moved({ demand: cpu(0.5), smoothed: first.smoothed });
    expect(second.smoothed.cpu_seconds).toBeCloseTo(1.5 - 0.3, 12);
  });

  it('counts one cycle’s demand as at most demandMax supplies', () => {
    expect(moved({ demand: cpu(50) }).smoothed.cpu_seconds).toBe(3);
  });

  it('moves a price in proportion to the distance from the target, by at most the rate', () => {
    expect(moved({ demand: cpu(1.2) }).prices.cpu_seconds).toBe(10_000);
    expect(moved({ demand: cpu(1.5) }).prices.cpu_seconds).toBe(10_156);
    expect(moved({ demand: cpu(0.6) }).prices.cpu_seconds).toBe(9688);
    expect(moved({ demand: cpu(3) }).prices.cpu_seconds).toBe(10_625);
    expect(moved({ demand: cpu(0) }).prices.cpu_seconds).toBe(9375);
  });

  it('moves a small price by one micro-credit, and not where the demand is at the target', () => {
    const small = { prices: prices(5, 5, 0, 1), startPrices: prices(1, 1, 0, 1) };
    expect(moved({ ...small, demand: cpu(1.21) }).prices.cpu_seconds).toBe(6);
    expect(moved({ ...small, demand: cpu(1.19) }).prices.cpu_seconds).toBe(4);
    expect(moved({ ...small, demand: cpu(1.2) }).prices.cpu_seconds).toBe(5);
  });

  it('keeps a price between its start price and the cap', () => {
    expect(moved({ prices: prices(1010, 1000, 0, 50_000) }).prices.cpu_seconds).toBe(1000);
    const high = { prices: prices(99_000, 1000, 0, 50_000), demand: cpu(3) };
    expect(moved(high).prices.cpu_seconds).toBe(100_000);
  });

  it('never moves attention, which stays at its start price', () => {
    const demand = { ...NOTHING, attention: 9 };
    const next = moved({ demand, used: demand, prices: prices(10_000, 10_000, 0, 60_000) });
    expect(next.prices.attention).toBe(50_000);
    expect(next.smoothed.attention).toBeNull();
  });

  it('gives a resource without supply no price, and one that gets supply its start price', () => {
    const none = moved({ supply: { ...SUPPLY, memoryMb: 0 }, startPrices: prices(1000, 0, 0, 50_000) });
    expect([none.prices.memory_mb, none.smoothed.memory_mb]).toEqual([0, null]);
    const supply = { ...SUPPLY, tokens: 1000 };
    expect(moved({ supply, startPrices: prices(1000, 1000, 70, 50_000) }).prices.tokens).toBe(70);
  });

  it('leaves what is not sold just now the price and the demand that it has', () => {
    const smoothed = { ...NO_SMOOTHED_DEMAND, memory_mb: 2 };
    const next = moved({ supply: { ...SUPPLY, memoryMb: 0 }, smoothed, prices: prices(10_000, 4321, 0, 50_000) });
    expect([next.prices.memory_mb, next.smoothed.memory_mb]).toEqual([4321, 2]);
    expect(moved({ supply: { ...SUPPLY, attention: 0 } }).prices.attention).toBe(50_000);
    const fixed = moved({ supply: { ...SUPPLY, memoryMb: 0 }, rule: { kind: 'fixed' } });
    expect([fixed.prices.memory_mb, fixed.smoothed.memory_mb]).toEqual([1000, null]);
  });
});

describe('the band rule', () => {
  it('steps up over the band and down under it, and stands still within', () => {
    const after = (utilisation: number) => moved({ rule: BAND, used: cpu(utilisation) }).prices.cpu_seconds;
    expect([0.1, 0.2, 0.5, 0.8, 0.9].map(after)).toEqual([9500, 10_000, 10_000, 10_000, 10_500]);
  });

  it('looks at what is used, not at demand, and keeps no smoothed demand', () => {
    const next = moved({ rule: BAND, used: cpu(0.5), demand: cpu(3) });
    expect(next.prices.cpu_seconds).toBe(10_000);
    expect(next.smoothed).toEqual(NO_SMOOTHED_DEMAND);
  });

  it('never moves attention either', () => {
    expect(moved({ rule: BAND, used: { ...NOTHING, attention: 1 } }).prices.attention).toBe(50_000);
  });
});

describe('the fixed rule', () => {
  it('keeps every price at its start price', () => {
    expect(moved({ rule: { kind: 'fixed' }, demand: cpu(3), used: cpu(1) }).prices).toEqual(START);
  });
});

describe('any next price', () => {
  const share = fc.double({ min: 0, max: 10, noNaN: true });
  const rule = fc.constantFrom(DEMAND, BAND);

  it('is whole, within its bounds, and moves by the rate or one micro-credit at most', () => {
    const price = fc.integer({ min: 1, max: 1_000_000_000 });
    fc.assert(
      fc.property(price, price, share, share, rule, (start, now, demand, before, anyRule) => {
        const current = Math.min(Math.max(start, now), start * anyRule.capFactor);
        const next = moved({
          prices: prices(current, 1, 0, 1),
          startPrices: prices(start, 1, 0, 1),
          demand: cpu(demand),
          used: cpu(Math.min(1, demand)),
          smoothed: { ...NO_SMOOTHED_DEMAND, cpu_seconds: before },
          rule: anyRule,
        }).prices.cpu_seconds;
        expect(next).toBeGreaterThanOrEqual(start);
        expect(next).toBeLessThanOrEqual(start * anyRule.capFactor);
        expect(Math.abs(next - current)).toBeLessThanOrEqual(Math.max(1, anyRule.rate * current + 1));
      }),
    );
  });

  it('comes down to the start price where nobody asks, and up to the cap where all do', () => {
    const run = (demand: number) => {
      let state: Pick<PricingInput, 'prices' | 'smoothed'> = { prices: START, smoothed: NO_SMOOTHED_DEMAND };
      for (let cycle = 0; cycle < 200; cycle++) state = moved({ ...state, demand: cpu(demand) });
      return state.prices.cpu_seconds;
    };
    expect(run(3)).toBe(100_000);
    expect(run(0)).toBe(1000);
  });
});

describe('demand', () => {
  const PRICES = prices(100, 0, 0, 50);
  const cleared = (bids: StandingBid[], cpuMs = 1000): Allocation =>
    allocate({
      bids,
      prices: PRICES,
      rules: { mechanism: 'density', ageBonusPpm: 0, restAllocations: 0, ttlCycles: 60 },
      moment: marketMoment({ freeAtStart: { cpuMs, memoryMb: 1000, tokens: 0, attention: 1 } }),
    });
  const held: Quantities = { cpuMs: 7000, memoryMb: 300, tokens: 7, attention: 1 };

  it('is what winners take, what earlier executions hold of stock and what a lot took of flows', () => {
    expect(demandOf(cleared([standingBid(1)]), held)).toEqual({ cpuMs: 8000, memoryMb: 364, tokens: 7, attention: 1 });
  });

  it('adds the highest-ranked bid of each agent that won nothing', () => {
    const bids = [
      standingBid(1, { amount: 900 }),
      standingBid(2, { agentId: 'b', amount: 300, bundle: { cpuMs: 500 } }),
      standingBid(3, { agentId: 'b', amount: 700, bundle: { cpuMs: 800, memoryMb: 100 } }),
    ];
    expect(demandOf(cleared(bids), NOTHING)).toEqual({ cpuMs: 1800, memoryMb: 164, tokens: 0, attention: 0 });
  });

  it('leaves out bids under today’s reserve, also where they rank higher by age', () => {
    const bids = [
      standingBid(1, { amount: 900 }),
      standingBid(2, { agentId: 'b', amount: 99, passedOver: 9 }),
      standingBid(3, { agentId: 'b', amount: 100, bundle: { memoryMb: 16 } }),
      standingBid(4, { agentId: 'c', amount: 99 }),
    ];
    expect(demandOf(cleared(bids), NOTHING)).toEqual({ cpuMs: 2000, memoryMb: 80, tokens: 0, attention: 0 });
  });

  it('counts nothing more for an agent that won, nor for bids that do not compete', () => {
    const bids = [
      standingBid(1, { agentId: 'a', amount: 900 }),
      standingBid(2, { agentId: 'a', amount: 800 }),
      standingBid(3, { earliestCycle: 99 }),
    ];
    expect(demandOf(cleared(bids), NOTHING)).toEqual({ cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 });
  });

  it('is more than what is used by what found no room', () => {
    const allocation = cleared([standingBid(1), standingBid(2)]);
    expect(usedOf(allocation, held)).toEqual({ cpuMs: 8000, memoryMb: 364, tokens: 7, attention: 1 });
    expect(utilisationOf(usedOf(allocation, held), SUPPLY)).toEqual({
      cpu_seconds: 8 / 16,
      memory_mb: 364 / 12_000,
      tokens: 0,
      attention: 1,
    });
  });
});
