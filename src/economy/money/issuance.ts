import { add, BALANCE_MAX, floorShare, max, min, subtract, ZERO, type MicroCredits } from '../../domain/credits.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** How much more can ever be issued here. No account can hold more than was issued, so this bounds them all. */
export function issuanceRoom({ [STORE]: store }: Economy): MicroCredits {
  return add(BALANCE_MAX, store.accounts.balance('system:issuance').posted);
}

const DAY_SECONDS = 86_400;

/**
 * What marks of this worth issue under `economy.issuance_cap_per_day`. It is all of it while half of the cap is left,
 * and then in proportion to what is left. What was issued counts for a day of cycles.
 *
 * So rewards fall before there are none, and agents learn of it while they still earn. If the last reward of a day were
 * followed by none at all, agents that bought attention for its worth would die of it.
 */
export function underCap({ [STORE]: store, config }: Economy, worth: MicroCredits): MicroCredits {
  const { issuance_cap_per_day: cap } = config.economy;
  if (cap === null) return worth;
  const cycles = Math.ceil(DAY_SECONDS / config.market.cycle_seconds);
  const left = max(ZERO, subtract(cap, store.prompts.issuedAfter(store.state.get().cycle - cycles)));
  return min(min(worth, left), floorShare(worth, 2 * left, cap));
}
