import type { Execution } from '../../domain/execution.ts';
import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { findExecution } from '../../economy/views/execution-view.ts';

/** Refuses: `invalid_id`, `execution_not_found`. */
export function knownExecution(economy: Economy, executionId: number): Result<Execution> {
  const wrong = checkId('execution', executionId);
  if (wrong) return wrong;
  const found = findExecution(economy, executionId);
  if (found) return accept(found);
  return refuse(
    'execution_not_found',
    `there is no ${formatId('execution', executionId)}; bp-agents executions lists them`,
    { field: 'execution' },
  );
}
