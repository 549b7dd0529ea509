import { BpError } from '../../platform/errors.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Credits are neither lost nor made: the sum of all accounts is zero, and what is held is what pending transfers hold.
 * Constant time, from the running sums that the schema's triggers keep. Throws `BpError` `conservation_broken`.
 */
export function checkConservation(economy: Economy): void {
  if (doCreditsAddUp(economy)) return;
  const { posted, pending, held } = economy[STORE].accounts.totals();
  throw new BpError(
    'conservation_broken',
    `credits do not add up: the accounts sum to ${posted}, ${pending} are held, transfers hold ${held} (micro-credits)`,
    { hint: 'stop using this database and see what bp-agents audit names' },
  );
}

/** Whether `checkConservation` finds nothing. */
export function doCreditsAddUp({ [STORE]: store }: Economy): boolean {
  const { posted, pending, held } = store.accounts.totals();
  return posted === 0 && pending === held;
}
