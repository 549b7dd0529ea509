import type { Execution, Outcome } from '../../domain/execution.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { executionsBefore, executionView } from '../../economy/views/execution-view.ts';
import type { ExecutionView } from './execution-list.ts';
import { knownAgentId } from './known-agent.ts';
import { checkPage, rowPage, type RowPage } from './row-page.ts';

export interface ExecutionPageQuery {
  readonly limit: number;
  /** Only older ones than this. */
  readonly before?: number | undefined;
  readonly agent?: string | undefined;
  readonly outcome?: Outcome | undefined;
}

/** A page of the runs of agents, the newest first. Refuses as `checkPage` and `knownAgent` do. */
export function executionPage(
  economy: Economy,
  { limit, before, agent, outcome }: ExecutionPageQuery,
): Result<RowPage<ExecutionView>> {
  return snapshot(economy, () => {
    const agentId = checkPage({ limit, before }) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const page = (under: number, count: number) => executionsBefore(economy, under, count, agentId.value);
    const keep = outcome === undefined ? {} : { keep: (execution: Execution) => execution.outcome === outcome };
    const { rows, next } = rowPage(page, { limit, before }, { numberOf: ({ id }) => id, ...keep });
    return accept({ rows: rows.map(executionView), next });
  });
}
