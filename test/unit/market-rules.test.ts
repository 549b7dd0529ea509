import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { marketRules, priceRule } from '../../src/economy/market/market-rules.ts';

function config(...overrides: readonly string[]) {
  return loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });
}

/** What is left of a difference after a minute of cycles. */
function leftAfterMinute(cycleSeconds: number): number {
  const rule = priceRule(config(`market.cycle_seconds=${cycleSeconds}`));
  return rule.kind === 'demand' ? (1 - rule.smoothing) ** (60 / cycleSeconds) : Number.NaN;
}

describe('the rules of a market', () => {
  it('take rates as they are configured at the cycle that they are stated for', () => {
    expect(marketRules(config()).ageBonusPpm).toBe(50_000);
    expect(priceRule(config())).toMatchObject({ smoothing: 0.3, rate: 0.0625, pace: { spans: 1, stepMax: 0.5 } });
    const own = config('market.cycle_seconds=7', 'market.reference_seconds=7');
    expect(priceRule(own)).toEqual(priceRule(config()));
    expect(marketRules(own).ageBonusPpm).toBe(50_000);
  });

  it.each([0.5, 1, 10, 60])('make a bid as much better in the same time, at a cycle of %d s', (seconds) => {
    const { ageBonusPpm } = marketRules(config(`market.cycle_seconds=${seconds}`));
    expect((ageBonusPpm * 600) / seconds).toBe(3_000_000);
  });

  it.each([0.5, 1, 60])('forget demand as fast at a cycle of %d s', (seconds) => {
    expect(leftAfterMinute(seconds)).toBeCloseTo(leftAfterMinute(10), 12);
  });

  it('rank bids for attention as they are told to', () => {
    const ranked = (...overrides: readonly string[]) => marketRules(config(...overrides)).attention;
    expect(ranked()).toEqual({ by: 'record', amountCapPpm: 3_000_000, amountMost: null, sharesAge: true });
    const asOthers = ['attention.rank.by=amount', 'attention.rank.amount_cap=null', 'attention.rank.age_bonus=true'];
    expect(ranked(...asOthers)).toEqual({ by: 'amount', amountCapPpm: null, amountMost: null, sharesAge: false });
    expect(ranked('attention.rank.amount_cap=1.5')).toMatchObject({ amountCapPpm: 1_500_000, amountMost: null });
    expect(ranked('attention.rank.amount_cap=reward')).toMatchObject({ amountCapPpm: null, amountMost: 750_000_000 });
  });

  it('keep every score a fraction of exact integers, whatever is configured', () => {
    const { ageBonusPpm } = marketRules(
      config('market.age_bonus=1000', 'market.cycle_seconds=3600', 'market.reference_seconds=0.01'),
    );
    expect(Number.isSafeInteger(ageBonusPpm * 1_000_000)).toBe(true);
  });
});
