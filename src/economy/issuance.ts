import { add, BALANCE_MAX, max, subtract, ZERO, type MicroCredits } from '../domain/credits.ts';
import type { EconomyDeps } from './deps.ts';

/** How much more can ever be issued here. No account can hold more than was issued, so this bounds them all. */
export function issuanceRoom({ store }: EconomyDeps): MicroCredits {
  return add(BALANCE_MAX, store.accounts.balance('system:issuance').posted);
}

const DAY_SECONDS = 86_400;

/**
 * What marks may still issue in this day under `economy.issuance_cap_per_day`: the cap less what they issued in the last
 * day of cycles. Undefined where there is no cap.
 */
export function roomUnderCap({ store, config }: EconomyDeps): MicroCredits | undefined {
  const { issuance_cap_per_day: cap } = config.economy;
  if (cap === null) return undefined;
  const cycles = Math.ceil(DAY_SECONDS / config.market.cycle_seconds);
  return max(ZERO, subtract(cap, store.prompts.issuedAfter(store.state.get().cycle - cycles)));
}
