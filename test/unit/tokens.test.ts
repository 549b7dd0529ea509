import fc from 'fast-check';
import { expect, it } from 'vitest';
import { budgetCost, dearest, outputCap } from '../../src/domain/tokens.ts';

const weight = fc.integer({ min: 0, max: 1_000_000_000 }).map((millionths) => millionths / 1_000_000);
const weights = fc.record({ input: weight, cached: weight, output: weight });
const count = fc.nat({ max: 1_000_000 });

it('what is capped fits into what is left, and one more token would not', () => {
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 8 }), weights, (left, input, answers, each) => {
      const cap = outputCap(left, { input, answers, weights: each });
      const cost = (output: number) => budgetCost({ input, cached: 0, output: output * answers }, dearest(each));
      if (cap < 0) {
        expect(cost(0)).toBeGreaterThan(left);
        return;
      }
      if (cap > 1e12) return;
      expect(cost(cap)).toBeLessThanOrEqual(left);
      if (each.output > 0) expect(cost(cap + 2)).toBeGreaterThan(left - 1);
    }),
    { numRuns: 2000 },
  );
});

it('whatever of the input turns out to be cached, it costs no more than was reserved', () => {
  fc.assert(
    fc.property(count, count, count, weights, (fresh, cached, output, each) => {
      const reserved = budgetCost({ input: fresh + cached, cached: 0, output }, dearest(each));
      expect(budgetCost({ input: fresh, cached, output }, each)).toBeLessThanOrEqual(reserved);
    }),
    { numRuns: 2000 },
  );
});

it('what misses one more token by a millionth does not have it', () => {
  const each = { input: 1, cached: 1, output: 3.000001 };
  expect(outputCap(3, { input: 0, answers: 1, weights: each })).toBe(0);
  expect(outputCap(4, { input: 0, answers: 1, weights: each })).toBe(1);
  expect(outputCap(3_000_000, { input: 0, answers: 1, weights: each })).toBe(999_999);
});

it('costs are rounded up', () => {
  const each = { input: 0.1, cached: 0.05, output: 1 };
  expect(budgetCost({ input: 1, cached: 0, output: 0 }, each)).toBe(1);
  expect(budgetCost({ input: 10, cached: 0, output: 2 }, each)).toBe(3);
  // 0.1 * 3 is more than 0.3 in doubles.
  expect(budgetCost({ input: 30, cached: 0, output: 0 }, each)).toBe(3);
});
