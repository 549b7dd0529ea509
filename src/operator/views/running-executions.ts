import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { bundleView } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import { unsettledExecutions } from '../../economy/views/execution-view.ts';

export type RunningExecution = ReturnType<typeof runningExecutions>[number];

/** What runs now: on what budget, and how much of that is used as far as the database knows. The oldest first. */
export function runningExecutions(economy: Economy) {
  const now = economy.clock.now();
  return unsettledExecutions(economy).map((execution) => ({
    id: formatId('execution', execution.id),
    agent_id: execution.agentId,
    state: execution.state,
    running_ms: Math.max(0, now - (execution.startedAt ?? execution.allocatedAt)),
    /** After which it is stopped. */
    wall_ms: execution.wallMs,
    bought: bundleView(execution.bundle),
    used: { tokens: execution.tokensUsed },
    price_paid: toCredits(execution.price),
  }));
}
