import type { Config } from '../../config/schema.ts';
import type { MarketRules } from '../../domain/market.ts';
import type { PriceRule } from '../../domain/pricing.ts';

const PARTS_PER_MILLION = 1_000_000;

/** The configuration as the domain takes it. */
export function marketRules({ market, attention }: Config): MarketRules {
  return {
    mechanism: market.mechanism,
    ageBonusPpm: Math.round(market.age_bonus * PARTS_PER_MILLION),
    restAllocations: attention.rest_allocations,
    ttlCycles: market.ttl_cycles,
  };
}

export function priceRule({ market }: Config): PriceRule {
  const capFactor = market.prices.cap_factor;
  switch (market.price_rule) {
    case 'demand': {
      const { smoothing, target, rate, demand_max: demandMax } = market.demand;
      return { kind: 'demand', smoothing, target, rate, demandMax, capFactor };
    }
    case 'band':
      return { kind: 'band', ...market.band, capFactor };
    case 'fixed':
      return { kind: 'fixed' };
  }
}
