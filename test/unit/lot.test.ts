import { describe, expect, it } from 'vitest';
import { allocationsBetween, drawn } from '../../src/domain/lot.ts';

describe('lots', () => {
  it.each([
    [0.02, 49],
    [0.5, 1],
    [0.3, 3],
    [0.333333, 3],
    [0.000001, 999_999],
  ])('of a share of %d have so many allocations between them that they are no more', (share, between) => {
    expect(allocationsBetween(share)).toBe(between);
    expect(1 / (between + 1)).toBeLessThanOrEqual(share);
  });

  it('are drawn each as likely as the others', () => {
    const counts = [0, 0, 0];
    for (let high = 0; high < 256; high++)
      for (let low = 0; low < 256; low++) counts[drawn([0, 1, 2], Uint8Array.of(high, low, 0, 0, 0, 0, 0, 0))]!++;
    for (const count of counts) expect(Math.abs(count - 65_536 / 3)).toBeLessThan(1);
  });

  it('give the first and the last their turn', () => {
    expect(drawn(['a', 'b'], new Uint8Array(8))).toBe('a');
    expect(drawn(['a', 'b'], new Uint8Array(8).fill(255))).toBe('b');
    expect(() => drawn([], new Uint8Array(8))).toThrow('nothing to draw from');
  });
});
