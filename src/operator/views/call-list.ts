import { checkId } from '../../domain/ids.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { callsBefore, callsOfExecution, callView } from '../../economy/views/call-view.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type CallView = ReturnType<typeof callView>;

export interface CallQuery {
  readonly limit: number;
  readonly executionId?: number | undefined;
}

/** Calls of models, the newest last. Refuses: `invalid_id`, as `checkLimit` does. */
export function callList(economy: Economy, { limit, executionId }: CallQuery): Result<readonly CallView[]> {
  const wrong = checkLimit(limit) ?? (executionId === undefined ? undefined : checkId('execution', executionId));
  if (wrong) return wrong;
  return snapshot(economy, () => {
    if (executionId !== undefined) return accept(callsOfExecution(economy, executionId, limit).map(callView).reverse());
    const page = (before: number, count: number) => callsBefore(economy, before, count);
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id }).map(callView));
  });
}
