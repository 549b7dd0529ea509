import type { Execution, Outcome } from '../../domain/execution.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { executionsBefore, executionView } from '../../economy/views/execution-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type ExecutionView = ReturnType<typeof executionView>;

export interface ExecutionQuery {
  readonly limit: number;
  readonly agent?: string | undefined;
  readonly outcome?: Outcome | undefined;
}

/** Runs of agents, the newest last. Refuses as `checkLimit` and `knownAgent` do. */
export function executionList(
  economy: Economy,
  { limit, agent, outcome }: ExecutionQuery,
): Result<readonly ExecutionView[]> {
  return snapshot(economy, () => {
    const agentId = checkLimit(limit) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const page = (before: number, count: number) => executionsBefore(economy, before, count, agentId.value);
    const keep = (execution: Execution) => outcome === undefined || execution.outcome === outcome;
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id, keep }).map(executionView));
  });
}
