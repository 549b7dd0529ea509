import { max, micro, min, ZERO } from '../../domain/credits.ts';
import { RESOURCES } from '../../domain/resources.ts';
import { hasBudget } from '../attention/attention-budget.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Fits the stored prices to today's configuration: a resource new here begins at its start price, and none lies under
 * its floor or over its cap. Idempotent.
 */
export function fitPrices({ [STORE]: store, config, derived }: Economy): void {
  store.transaction(() => {
    const rows = store.markets.all();
    for (const resource of RESOURCES) {
      const row = rows[resource];
      const floor = derived.startPrices[resource];
      // Attention has another price than its start only by the human's minutes.
      const isFixed = resource === 'attention' && !hasBudget(config);
      const cap = isFixed ? floor : micro(Math.floor(floor * config.market.prices.cap_factor));
      const price = floor === 0 ? ZERO : max(floor, min(micro(row?.price ?? floor), cap));
      if (row?.price === price) continue;
      store.markets.put({
        resource,
        price,
        smoothedDemand: row?.smoothedDemand ?? null,
        utilisation: row?.utilisation ?? 0,
      });
    }
  });
}
