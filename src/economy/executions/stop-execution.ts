import type { Execution } from '../../domain/execution.ts';
import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Asks to end one execution. Its token is dead from now on. Whoever runs the market sees the wish and ends it: then it
 * is `stopped_by_operator`, refunded and not tried again. Idempotent as long as it hasn't ended.
 * Refuses: `invalid_id`, `execution_not_found`, `execution_already_ended`.
 */
export function stopExecution({ [STORE]: store }: Economy, executionId: number): Result<Execution> {
  const wrong = checkId('execution', executionId);
  if (wrong) return wrong;
  return store.transaction(() => {
    const execution = store.executions.find(executionId);
    const id = formatId('execution', executionId);
    if (!execution)
      return refuse('execution_not_found', `there is no ${id}; bp-agents executions lists them`, {
        field: 'execution',
      });
    if (!store.executions.requestStop(executionId))
      return refuse('execution_already_ended', `${id} has ended already: ${execution.outcome ?? ''}`, {
        field: 'execution',
      });
    return accept(store.executions.get(executionId));
  });
}

/** Whether the operator wants it to end. */
export function isToStop(economy: Economy, executionId: number): boolean {
  return economy[STORE].executions.isToStop(executionId);
}

/** All that the operator wants to end and that have not ended yet. */
export function executionsToStop(economy: Economy): readonly number[] {
  return economy[STORE].executions.toStop();
}
