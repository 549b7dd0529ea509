import type { Allocation } from '../../domain/market.ts';
import { demandOf, nextPrices, usedOf, utilisationOf, type SmoothedDemand } from '../../domain/pricing.ts';
import { RESOURCES, type Prices, type Quantities, type Resource } from '../../domain/resources.ts';
import type { Economy } from '../economy.ts';
import { priceRule } from './market-rules.ts';
import { STORE } from '../internal/store-key.ts';

export interface PriceMovement {
  readonly demand: Quantities;
  readonly utilisation: Readonly<Record<Resource, number>>;
  readonly prices: Prices;
}

/** Measures the cycle's demand and stores the prices of the next one. A paused market keeps its prices. */
export function movePrices(
  { [STORE]: store, derived, config }: Economy,
  allocation: Allocation,
  { supply, held, paused }: { readonly supply: Quantities; readonly held: Quantities; readonly paused: boolean },
): PriceMovement {
  const rows = store.markets.all();
  const prices = store.markets.prices();
  const demand = demandOf(allocation, held);
  const used = usedOf(allocation, held);
  const utilisation = utilisationOf(used, supply);
  const smoothed = Object.fromEntries(
    RESOURCES.map((resource) => [resource, rows[resource]?.smoothedDemand ?? null]),
  ) as SmoothedDemand;
  const next = paused
    ? { prices, smoothed }
    : nextPrices({
        prices,
        smoothed,
        demand,
        used,
        supply,
        startPrices: derived.startPrices,
        rule: priceRule(config),
      });
  for (const resource of RESOURCES)
    store.markets.put({
      resource,
      price: next.prices[resource],
      smoothedDemand: next.smoothed[resource],
      utilisation: utilisation[resource],
    });
  return { demand, utilisation, prices: next.prices };
}
