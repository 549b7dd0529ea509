import type { Clock } from '../platform/clock.ts';
import type { Economy } from './economy.ts';
import { onceFree, type Patience } from './home/database-patience.ts';
import { STORE } from './internal/store-key.ts';

/**
 * Does work in one commit with what else is asked for in this turn of the event loop, as soon as no other process holds
 * the database. Resolves once it is durable. A refusal, and what throws, has changed nothing. The machine's own `clock`
 * times the waiting. Rejects as `onceFree` does.
 */
export async function shareCommit<T>(
  economy: Economy,
  clock: Clock,
  work: () => T,
  patience: Patience = {},
): Promise<T> {
  return onceFree({ ...economy, clock }, async () => economy[STORE].share(work), patience);
}
