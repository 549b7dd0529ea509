import type { Config } from '../config/schema.ts';
import type { Derived } from '../config/supply.ts';
import type { Clock } from '../platform/clock.ts';
import type { Randomness } from '../platform/randomness.ts';
import type { Store } from '../store/store.ts';
import { STORE } from './internal/store-key.ts';

/** One economy: what every view looks at and every use case works on. Its store is inside: nobody else reaches a table. */
export interface Economy {
  readonly [STORE]: Store;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly config: Config;
  /** Supply and start prices, from the configuration and the machine. */
  readonly derived: Derived;
}

/** All that an economy is apart from its database. */
export type EconomyParts = Omit<Economy, typeof STORE>;

/** Ends the connection to its database, with what is still to be committed in it. */
export function closeEconomy(economy: Economy): void {
  economy[STORE].close();
}
