import { describe, expect, it } from 'vitest';
import { gini, mean, quantile, spread } from '../../src/simulation/measures/statistics.ts';

describe('statistics', () => {
  it('mean and spread', () => {
    expect(mean([2, 4, 9])).toBe(5);
    expect(spread([2, 4, 9])).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 2));
    expect(spread([7])).toBe(0);
  });

  it('quantiles are values that are there', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([5], 0.01)).toBe(5);
  });

  it('the Gini coefficient is 0 among equals, and nearly 1 where one has all', () => {
    expect(gini([3, 3, 3])).toBe(0);
    expect(gini([0, 0])).toBe(0);
    expect(gini([...Array.from({ length: 99 }, () => 0), 5])).toBeCloseTo(0.99);
    // Half the mean absolute difference over the mean: |1−3| × 2 ÷ 4 ÷ 2 ÷ 2.
    expect(gini([1, 3])).toBeCloseTo(0.25);
  });
});
