import type { OperatorPause } from '../domain/operator-pause.ts';
import type { Result } from '../domain/refusal.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import type { Economy } from '../economy/economy.ts';
import { endOperatorPause, pauseByOperator } from '../economy/market/operator-pause.ts';

/** Pauses the market. Refuses as `pauseByOperator` does. Waits for another process that holds the database. */
export function pause(economy: Economy, reason?: string): Promise<Result<OperatorPause>> {
  return onceFree(economy, () => pauseByOperator(economy, reason));
}

/** Lets the market go on. Gives the pause that was ended, null where none stood. Waits as `pause` does. */
export function resume(economy: Economy): Promise<OperatorPause | null> {
  return onceFree(economy, () => endOperatorPause(economy));
}
