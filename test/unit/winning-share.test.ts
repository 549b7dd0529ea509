import { describe, expect, it } from 'vitest';
import { micro } from '../../src/domain/credits.ts';
import { winningShares, type OwnTries, type PastCycle } from '../../src/domain/winning-share.ts';

const BUNDLE = { cpuMs: 1000, memoryMb: 100, tokens: 0, attention: 0 } as const;
/** A bundle costs 4 credits at these. */
const PRICES = { cpu_seconds: micro(3e6), memory_mb: micro(1e4), tokens: micro(0), attention: micro(50e6) };
const ROOM = { cpuMs: 5000, memoryMb: 1000, tokens: 0, attention: 1 };
const FULL = { ...ROOM, cpuMs: 999 };
const NONE: OwnTries = { won: new Map(), lost: 0 };

function past(lefts: readonly PastCycle['left'][], more: Partial<PastCycle> = {}): readonly PastCycle[] {
  return lefts.map((left, n) => ({ cycle: 100 - n, prices: PRICES, left, attentionFree: true, ...more }));
}

function shares(cycles: readonly PastCycle[], tries = NONE): Record<number, number> {
  const { offers } = winningShares(BUNDLE, cycles, tries, PRICES);
  return Object.fromEntries(offers.map(({ amount, share }) => [amount / 1e6, share]));
}

describe('the share of cycles in which an amount would have won', () => {
  it('is told of a few amounts from the reserve on, rounded up to two digits', () => {
    const prices = { ...PRICES, cpu_seconds: micro(3_123_457) };
    const { offers } = winningShares(BUNDLE, past([ROOM]), NONE, prices);
    expect(offers.map(({ amount }) => amount / 1e6)).toEqual([4.2, 4.6, 5.2, 6.2, 8.3, 13, 21]);
  });

  it('is all of those in which there was room for the bundle', () => {
    expect(shares(past([ROOM, ROOM]))).toMatchObject({ 4: 1, 20: 1 });
    expect(shares(past([ROOM, FULL, FULL, ROOM]))).toMatchObject({ 4: 0.5, 20: 0.5 });
  });

  it('is none of those in which it was under the reserve', () => {
    const dear = past([ROOM], { prices: { ...PRICES, cpu_seconds: micro(6e6) } });
    expect(shares(dear)).toMatchObject({ 4: 0, 6: 0, 8: 1 });
  });

  it('is in full cycles the share of its own tries that it would have won', () => {
    const tries: OwnTries = { won: new Map([[7, 1.2]]), lost: 3 };
    expect(shares(past([FULL, FULL]), tries)).toMatchObject({ 4: 0, 4.4: 0, 5: 0.25, 20: 0.25 });
  });

  it('goes in a cycle in which the agent itself won by what it would have had to pay', () => {
    const tries: OwnTries = { won: new Map([[100, 1.5]]), lost: 0 };
    expect(shares(past([FULL]), tries)).toMatchObject({ 5: 0, 6: 1, 20: 1 });
  });

  it('goes for attention by the cycles alone in which it was free', () => {
    const cycles = [...past([ROOM]), ...past([ROOM, ROOM], { attentionFree: false })];
    const asked = winningShares({ ...BUNDLE, attention: 1 }, cycles, NONE, PRICES);
    expect(asked).toMatchObject({ cycles: 1, withRoom: 1 });
    expect(winningShares(BUNDLE, cycles, NONE, PRICES).cycles).toBe(3);
  });

  it('is 0 where there is nothing to go by', () => {
    expect(shares([])).toMatchObject({ 4: 0, 20: 0 });
  });
});
