import type { Result } from '../domain/refusal.ts';
import { giveMinutes } from '../economy/attention/give-minutes.ts';
import type { Economy } from '../economy/economy.ts';
import { onceFree } from '../economy/home/database-patience.ts';

/** The operator listens for so many minutes more. Refuses as `giveMinutes` does. Waits for another process that holds the database. */
export function listen(economy: Economy, minutes: number): Promise<Result<void>> {
  return onceFree(economy, () => giveMinutes(economy, minutes));
}
