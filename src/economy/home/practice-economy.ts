import { existsSync } from 'node:fs';
import { databasePath } from '../../config/home-places.ts';
import { glanceAtMarket } from '../../store/market-glance.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { fitPrices } from '../market/fit-prices.ts';
import { openPassingEconomy, type HomeOptions } from './open-home.ts';

export interface PracticeEconomy {
  readonly economy: Economy;
  /** Whose market it is like: that of the home as it stands, or a new one: there is none, or another version made it. */
  readonly like: 'home' | 'new' | 'new_for_version';
}

/**
 * An economy in memory, with nobody in it, whose market stands as that of a home, or as a new one where there is none
 * or another version made it. The home is only read. The caller closes it. Throws as `openPassingEconomy` and
 * `glanceAtMarket` do.
 */
export function openPracticeEconomy({ directory, ...options }: Omit<HomeOptions, 'create'>): PracticeEconomy {
  const path = databasePath(directory);
  const isThere = existsSync(path);
  const glance = isThere ? glanceAtMarket(path) : undefined;
  const economy = openPassingEconomy(options);
  const { [STORE]: store } = economy;
  if (glance)
    store.transaction(() => {
      store.state.beginAt(glance);
      for (const row of glance.rows) store.markets.put(row);
    });
  fitPrices(economy);
  return { economy, like: glance ? 'home' : isThere ? 'new_for_version' : 'new' };
}
