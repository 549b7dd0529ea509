import { describe, expect, it } from 'vitest';
import { micro } from '../../src/domain/credits.ts';
import { checkBid, type BidDraft } from '../../src/domain/market.ts';
import type { Bundle } from '../../src/domain/resources.ts';

const LIMITS = {
  supply: { cpuMs: 16_000, memoryMb: 1000, tokens: 0, attention: 1 },
  prices: { cpu_seconds: micro(1_500_000), memory_mb: micro(10_000), tokens: micro(0), attention: micro(50e6) },
  cycle: 40,
  bidHorizonCycles: 360,
};

function check(bundle: Partial<Bundle>, amount = 1e9, earliestCycle = 0) {
  const draft: BidDraft = {
    bundle: { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0, ...bundle },
    amount: micro(amount),
    earliestCycle,
  };
  return checkBid(draft, LIMITS);
}

describe('checking a bid', () => {
  it('gives the reserve cost of a bid that the market takes', () => {
    expect(check({ attention: 1 })).toEqual({ ok: true, value: 52_140_000 });
    expect(check({ cpuMs: 16_000, memoryMb: 1000 })).toMatchObject({ ok: true });
  });

  it('refuses a resource without supply', () => {
    expect(check({ tokens: 1 })).toMatchObject({ code: 'no_supply', field: 'bundle.tokens', limit: 0 });
  });

  it('refuses a bundle over the whole supply, with the supply in the unit of the bundle', () => {
    expect(check({ cpuMs: 16_001 })).toMatchObject({
      code: 'bundle_exceeds_supply',
      field: 'bundle.cpu_seconds',
      limit: 16,
    });
    expect(check({ memoryMb: 1001 })).toMatchObject({ field: 'bundle.memory_mb', limit: 1000 });
  });

  it('refuses an amount under the reserve cost, with the least that would pass in credits', () => {
    expect(check({}, 2_139_999)).toMatchObject({ code: 'below_reserve', field: 'amount', limit: 2.14 });
    expect(check({}, 2_140_000)).toEqual({ ok: true, value: 2_140_000 });
  });

  it('refuses an earliest cycle beyond the horizon, and takes one in the past', () => {
    expect(check({}, 1e9, 401)).toMatchObject({ code: 'earliest_cycle_too_far', field: 'earliest_cycle', limit: 400 });
    expect(check({}, 1e9, 400)).toMatchObject({ ok: true });
    expect(check({}, 1e9, 3)).toMatchObject({ ok: true });
  });
});
