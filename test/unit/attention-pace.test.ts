import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedPpm, nextAttentionPrice } from '../../src/domain/attention-pace.ts';
import { micro } from '../../src/domain/credits.ts';

const START = micro(50_000_000);
const MAX = micro(750_000_000);
const PACE_MS = 8 * 60_000;
const MINUTE_MS = 60_000;

const next = (price: number, spentMs: number, presentMs: number, allowed: number, startPrice = START) =>
  nextAttentionPrice({
    ...{ price: micro(price), startPrice, priceMax: MAX, paceMs: PACE_MS },
    step: { spentMs, presentMs, allowedPpm: allowed },
  });

describe('the share of presence that may go into answers', () => {
  const free = { budgetMs: null, presenceMs: 0 };

  it('is what is left ÷ the presence that is left, and all of it where that is enough', () => {
    expect(allowedPpm({ budgetMs: 20 * MINUTE_MS, presenceMs: 80 * MINUTE_MS }, free)).toBe(250_000);
    expect(allowedPpm({ budgetMs: 80 * MINUTE_MS, presenceMs: 20 * MINUTE_MS }, free)).toBe(1_000_000);
    expect(allowedPpm({ budgetMs: 1, presenceMs: 0 }, free)).toBe(1_000_000);
    expect(allowedPpm(free, free)).toBe(1_000_000);
  });

  it('is the smaller of day and hour, and nothing once either is spent', () => {
    const day = { budgetMs: 40 * MINUTE_MS, presenceMs: 80 * MINUTE_MS };
    expect(allowedPpm(day, { budgetMs: 6 * MINUTE_MS, presenceMs: 60 * MINUTE_MS })).toBe(100_000);
    expect(allowedPpm(day, { budgetMs: 0, presenceMs: 60 * MINUTE_MS })).toBe(0);
  });
});

describe('the price of attention', () => {
  it('rises only where more is spent than allowed', () => {
    expect(next(START, MINUTE_MS, 10_000, 100_000)).toBeGreaterThan(START);
    expect(next(START, 1000, 10_000, 100_000)).toBe(START);
    expect(next(START, 60_000, 60_000, 1_000_000)).toBe(START);
  });

  it('falls to its start where nothing is spent, and no further', () => {
    let price: number = MAX;
    for (let cycle = 0; cycle < 2000; cycle++) {
      const before = price;
      price = next(price, 0, 10_000, 250_000);
      expect(price).toBeLessThanOrEqual(before);
    }
    expect(price).toBe(START);
  });

  it('is not moved by an absence', () => {
    expect(next(123_456_789, 0, 0, 250_000)).toBe(123_456_789);
  });

  it('comes back to where it was after so much more and so much less', () => {
    const up = next(200_000_000, MINUTE_MS, 0, 500_000);
    expect(next(up, 0, 2 * MINUTE_MS, 500_000)).toBeCloseTo(200_000_000, -1);
  });

  it('stays a whole amount between start and cap, whatever happens', () => {
    const amount = fc.integer({ min: START, max: MAX });
    const time = fc.integer({ min: 0, max: 86_400_000 });
    fc.assert(
      fc.property(amount, time, time, fc.integer({ min: 0, max: 1_000_000 }), (price, spent, present, allowed) => {
        const after = next(price, spent, present, allowed);
        expect(Number.isSafeInteger(after)).toBe(true);
        expect(after).toBeGreaterThanOrEqual(START);
        expect(after).toBeLessThanOrEqual(MAX);
      }),
    );
  });

  it('never leaves a start price that is over the cap', () => {
    expect(next(900_000_000, MINUTE_MS, 0, 0, micro(900_000_000))).toBe(900_000_000);
  });

  it('ends at the same height wherever it began, where buyers take it or leave it', () => {
    // Who comes each minute would pay one of these; whoever finds it too dear goes, and the human reads for a minute.
    const values = [60, 90, 130, 190, 280, 400].map((credits) => credits * 1e6);
    const endOf = (start: number) => {
      let price: number = start;
      const last: number[] = [];
      for (let minute = 0; minute < 3 * 1440; minute++) {
        const isBought = (values[(minute * 5) % values.length] ?? 0) >= price;
        price = next(price, isBought ? MINUTE_MS : 0, MINUTE_MS, 83_333);
        if (minute >= 2 * 1440) last.push(price);
      }
      return last.reduce((sum, each) => sum + each, 0) / last.length;
    };
    const [once = 0, ...others] = [1, 3, 10].map((times) => endOf(START * times));
    expect(once).toBeGreaterThan(2 * START);
    for (const other of others) expect(Math.abs(other / once - 1)).toBeLessThan(0.05);
  });
});
