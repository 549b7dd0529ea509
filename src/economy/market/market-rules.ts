import { cyclesIn, spansPerCycle } from '../../config/cycle-length.ts';
import type { Config } from '../../config/schema.ts';
import { MARK_MAX, MARKS, reward, type Scores } from '../../domain/attention.ts';
import type { AttentionRules, MarketRules } from '../../domain/market.ts';
import type { PriceRule } from '../../domain/pricing.ts';

const PARTS_PER_MILLION = 1_000_000;
/** With no greater bonus and no older bid every score is a fraction of exact integers. */
const AGE_BONUS_PPM_MAX = 1000 * PARTS_PER_MILLION;
const TTL_CYCLES_MAX = 1_000_000;

/** The configuration as the domain takes it. */
export function marketRules({ market, attention }: Config): MarketRules {
  return {
    mechanism: market.mechanism,
    ageBonusPpm: Math.min(AGE_BONUS_PPM_MAX, Math.round(market.age_bonus * spansPerCycle(market) * PARTS_PER_MILLION)),
    restAllocations: attention.rest_allocations,
    ttlCycles: Math.min(TTL_CYCLES_MAX, cyclesIn(market.ttl_seconds, market)),
    attention: attentionRules(attention),
  };
}

const BEST = Object.fromEntries(MARKS.map((mark) => [mark, MARK_MAX])) as Scores;

function attentionRules({ rank, rates }: Config['attention']): AttentionRules {
  const { by, amount_cap: cap, age_bonus: ages } = rank;
  return {
    by,
    amountCapPpm: typeof cap === 'number' ? Math.round(cap * PARTS_PER_MILLION) : null,
    amountMost: cap === 'reward' ? reward(BEST, rates) : null,
    sharesAge: !ages,
  };
}

export function priceRule({ market }: Config): PriceRule {
  const { cap_factor: capFactor, step_max: stepMax } = market.prices;
  const pace = { spans: spansPerCycle(market), stepMax };
  switch (market.price_rule) {
    case 'demand': {
      const { smoothing, target, rate, demand_max: demandMax } = market.demand;
      return {
        kind: 'demand',
        smoothing: smoothedOver(smoothing, pace.spans),
        target,
        rate,
        demandMax,
        capFactor,
        pace,
      };
    }
    case 'band':
      return { kind: 'band', ...market.band, capFactor, pace };
    case 'fixed':
      return { kind: 'fixed' };
  }
}

/** How much of the way is gone in so many spans, in each of which this share of what is left of it is gone. */
function smoothedOver(smoothing: number, spans: number): number {
  return spans === 1 ? smoothing : 1 - (1 - smoothing) ** spans;
}
