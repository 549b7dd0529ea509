import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dearestPrice,
  formatMoney,
  inMillionths,
  MONEY_MAX,
  moneyCost,
  moneyOutputCap,
  PRICE_MAX,
  tokensCost,
  tokensFor,
  tokenValue,
  type ModelPrice,
} from '../../src/domain/model-price.ts';
import { budgetCost } from '../../src/domain/tokens.ts';

const cost = fc.integer({ min: 0, max: PRICE_MAX });
const price = fc.record({ input: cost, cached: cost, written: cost, output: cost });
const count = fc.nat({ max: 100_000_000 });
const weight = fc.integer({ min: 1, max: 1_000_000_000 }).map((millionths) => millionths / 1_000_000);
const weights = fc.record({ input: weight, cached: weight, output: weight });
const RUNS = { numRuns: 2000 };

/** Nothing is rounded: in millionths of a millionth. */
function exactly(usage: { input: number; cached: number; written: number; output: number }, each: ModelPrice): bigint {
  return (
    BigInt(usage.input - usage.written) * BigInt(each.input) +
    BigInt(usage.written) * BigInt(each.written) +
    BigInt(usage.cached) * BigInt(each.cached) +
    BigInt(usage.output) * BigInt(each.output)
  );
}

const usage = fc
  .record({ input: count, cached: count, share: fc.nat({ max: 100 }), output: count })
  .map(({ share, ...rest }) => ({ ...rest, written: Math.floor((rest.input / 100) * share) }));

describe('the money for a use', () => {
  it('is the least whole number of millionths that covers it, to the last digit', () => {
    fc.assert(
      fc.property(usage, price, (used, each) => {
        const money = BigInt(moneyCost(used, each));
        const due = exactly(used, each);
        expect(money * 1_000_000n >= due).toBe(true);
        expect((money - 1n) * 1_000_000n < due).toBe(true);
      }),
      RUNS,
    );
  });

  it('is a price where a million tokens are used', () => {
    const each = { input: inMillionths(2.5), cached: inMillionths(1.25), written: inMillionths(3), output: 10_000_000 };
    expect(moneyCost({ input: 1_000_000, cached: 0, output: 0 }, each)).toBe(2_500_000);
    expect(moneyCost({ input: 1_000_000, written: 400_000, cached: 0, output: 0 }, each)).toBe(1_500_000 + 1_200_000);
    expect(moneyCost({ input: 0, cached: 1_000_000, output: 1_000_000 }, each)).toBe(11_250_000);
    expect(moneyCost({ input: 1, cached: 0, output: 0 }, each)).toBe(3);
    expect(moneyCost({ input: 0, cached: 0, output: 0 }, each)).toBe(0);
  });

  it('never leaves the exact integers', () => {
    const most = { input: PRICE_MAX, cached: PRICE_MAX, written: PRICE_MAX, output: PRICE_MAX };
    const all = Number.MAX_SAFE_INTEGER;
    expect(moneyCost({ input: all, cached: all, output: all }, most)).toBe(MONEY_MAX);
  });

  it('is no more than was reserved, whatever of the input was read from a cache or written to one', () => {
    fc.assert(
      fc.property(usage, price, (used, each) => {
        const reserved = { input: used.input + used.cached, cached: 0, output: used.output };
        expect(moneyCost(used, each)).toBeLessThanOrEqual(moneyCost(reserved, dearestPrice(each)));
      }),
      RUNS,
    );
  });
});

describe('output that money caps', () => {
  const money = fc.integer({ min: 0, max: MONEY_MAX });

  it('fits into what is left, and one token more would not', () => {
    fc.assert(
      fc.property(money, count, fc.integer({ min: 1, max: 8 }), price, (left, input, answers, each) => {
        const cap = moneyOutputCap(left, { input, answers, price: each });
        const due = (output: number) =>
          BigInt(input) * BigInt(dearestPrice(each).input) + BigInt(output) * BigInt(answers) * BigInt(each.output);
        const there = BigInt(left) * 1_000_000n;
        if (cap < 0) expect(due(0) > there).toBe(true);
        else expect(due(cap) <= there).toBe(true);
        if (cap >= 0 && cap < Number.MAX_SAFE_INTEGER) expect(due(cap + 1) > there).toBe(true);
      }),
      RUNS,
    );
  });

  it('has no limit where output costs nothing', () => {
    const free = { input: 0, cached: 0, written: 0, output: 0 };
    expect(moneyOutputCap(0, { input: 5, answers: 1, price: free })).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("the dearest use of the market's tokens", () => {
  it('bounds what any call costs in money by what it costs in tokens', () => {
    fc.assert(
      fc.property(usage, price, weights, (used, each, weighted) => {
        const value = tokenValue([{ name: 'm', weights: weighted, price: each }]);
        fc.pre(value.unlimited.length === 0);
        const most = tokensCost(budgetCost(used, weighted), value);
        // A cost at the limit of what is reckoned with says nothing.
        if (most < MONEY_MAX) expect(moneyCost(used, each)).toBeLessThanOrEqual(most);
      }),
      RUNS,
    );
  });

  it('is that of the dearest model and kind of token', () => {
    const cheap = { name: 'a', weights: { input: 1, cached: 1, output: 1 }, price: of(1, 2) };
    const dear = { name: 'b', weights: { input: 1, cached: 0.5, output: 4 }, price: of(3, 20) };
    expect(tokenValue([])).toEqual({ dearest: 0, unlimited: [] });
    expect(tokenValue([cheap]).dearest).toBe(2_000_000);
    // 3 for a cached token that weighs a half is more than 20 for one that weighs 4.
    expect(tokenValue([cheap, dear])).toEqual({ dearest: 6_000_000, unlimited: [] });
  });

  it('is told of models that cost money but no tokens', () => {
    const odd = { name: 'odd', weights: { input: 1, cached: 1, output: 0 }, price: of(1, 2) };
    expect(tokenValue([odd])).toEqual({ dearest: 1_000_000, unlimited: ['odd'] });
    const free = { name: 'free', weights: { input: 0, cached: 0, output: 0 }, price: of(0, 0) };
    expect(tokenValue([free])).toEqual({ dearest: 0, unlimited: [] });
  });

  it('says for how many tokens money is sure to suffice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MONEY_MAX }), fc.integer({ min: 1, max: PRICE_MAX }), (left, dearest) => {
        const value = { dearest, unlimited: [] };
        const tokens = tokensFor(left, value);
        if (tokens < Number.MAX_SAFE_INTEGER) expect(BigInt(tokens) * BigInt(dearest) <= BigInt(left) * 1_000_000n);
        expect(tokensCost(tokens, value)).toBeLessThanOrEqual(left);
      }),
      RUNS,
    );
    expect(tokensFor(0, { dearest: 0, unlimited: [] })).toBe(Number.MAX_SAFE_INTEGER);
    expect(tokensFor(0, { dearest: 0, unlimited: ['odd'] })).toBe(0);
    expect(tokensFor(999, { dearest: 1000_000_000, unlimited: [] })).toBe(0);
  });
});

it('money is shown with its currency', () => {
  expect(formatMoney(1_234_500_001, 'EUR')).toBe('1,234.500001 EUR');
  expect(formatMoney(0, 'USD')).toBe('0 USD');
});

function of(input: number, output: number): ModelPrice {
  const price = inMillionths(input);
  return { input: price, cached: price, written: price, output: inMillionths(output) };
}
