import type { PaceStep } from '../../domain/attention-pace.ts';
import type { Allocation } from '../../domain/market.ts';
import { demandOf, nextPrices, usedOf, utilisationOf, type SmoothedDemand } from '../../domain/pricing.ts';
import { RESOURCES, type Prices, type Quantities, type Resource } from '../../domain/resources.ts';
import type { MarketRow } from '../../store/markets.ts';
import type { Economy } from '../economy.ts';
import { paceAttention } from '../attention/pace-attention.ts';
import { priceRule } from './market-rules.ts';
import { STORE } from '../internal/store-key.ts';

export interface PriceMovement {
  readonly demand: Quantities;
  readonly utilisation: Readonly<Record<Resource, number>>;
  readonly prices: Prices;
  /** What moved the price of attention; undefined where it stands. */
  readonly pace: PaceStep | undefined;
}

interface Moved {
  readonly supply: Quantities;
  readonly held: Quantities;
  /** Of this cycle. */
  readonly prices: Prices;
  readonly paused: boolean;
  /** For how long the market has run since the cycle before. */
  readonly runningMs: number;
}

/** Measures the cycle's demand and stores the prices of the next one. A paused market keeps its prices. */
export function movePrices(
  deps: Economy,
  allocation: Allocation,
  { supply, held, prices, paused, runningMs }: Moved,
): PriceMovement {
  const { [STORE]: store, derived, config } = deps;
  const rows = store.markets.all();
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
  const paced = paused ? undefined : paceAttention(deps, runningMs);
  const after: Prices = paced ? { ...next.prices, attention: paced.price } : next.prices;
  for (const resource of RESOURCES) {
    const [price, smoothedDemand] = [after[resource], next.smoothed[resource]];
    const row = { resource, price, smoothedDemand, utilisation: utilisation[resource] };
    if (!isAsItWas(row, rows[resource])) store.markets.put(row);
  }
  return { demand, utilisation, prices: after, pace: paced?.step };
}

function isAsItWas(row: MarketRow, before: MarketRow | undefined): boolean {
  if (!before || row.price !== before.price) return false;
  return row.smoothedDemand === before.smoothedDemand && row.utilisation === before.utilisation;
}
