import type { Agent, AgentStatus } from '../../domain/agent.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { agentsAfter, agentView } from '../../economy/views/agent-view.ts';
import { checkLimit } from './newest-rows.ts';

const PAGE_ROWS = 1000;

export interface AgentQuery {
  readonly limit: number;
  readonly status?: AgentStatus | undefined;
}

/** Who lives here and who has, the youngest last. Refuses as `checkLimit` does. */
export function agentList(economy: Economy, query: AgentQuery): Result<readonly ReturnType<typeof agentView>[]> {
  return (
    checkLimit(query.limit) ??
    accept(snapshot(economy, () => youngest(economy, query).map((agent) => agentView(economy, agent))))
  );
}

/** The economy pages them from the oldest on. */
function youngest(economy: Economy, { limit, status }: AgentQuery): readonly Agent[] {
  const found: Agent[] = [];
  for (let after = 0; ;) {
    const page = agentsAfter(economy, after, PAGE_ROWS);
    found.push(...page.filter((agent) => status === undefined || agent.status === status));
    if (found.length > limit) found.splice(0, found.length - limit);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return found;
    after = last.number;
  }
}
