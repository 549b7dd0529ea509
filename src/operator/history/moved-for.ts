import { subtract, ZERO, type MicroCredits } from '../../domain/credits.ts';
import type { Movement } from '../../economy/views/history-view.ts';

/** What a row of the ledger adds to what its agent has earned by marks and has paid for executions. */
export function movedFor({ type, kind, amount }: Movement): {
  readonly earned: MicroCredits;
  readonly paid: MicroCredits;
} {
  if (kind === 'reward') return { earned: amount, paid: ZERO };
  if (kind === 'refund') return { earned: ZERO, paid: subtract(ZERO, amount) };
  return { earned: ZERO, paid: kind === 'bid' && type === 'post' ? amount : ZERO };
}
