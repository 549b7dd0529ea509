import { add, BALANCE_MAX, type MicroCredits } from '../domain/credits.ts';
import type { EconomyDeps } from './deps.ts';

/** How much more can ever be issued here. No account can hold more than was issued, so this bounds them all. */
export function issuanceRoom({ store }: EconomyDeps): MicroCredits {
  return add(BALANCE_MAX, store.accounts.balance('system:issuance').posted);
}
