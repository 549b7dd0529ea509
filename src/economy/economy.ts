import type { Config } from '../config/schema.ts';
import type { Derived } from '../config/supply.ts';
import type { Clock } from '../platform/clock.ts';
import type { Randomness } from '../platform/randomness.ts';
import type { Store } from '../store/store.ts';

/** One economy: what every use case works on. */
export interface Economy {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly config: Config;
  /** Supply and start prices, from the configuration and the machine. */
  readonly derived: Derived;
}
