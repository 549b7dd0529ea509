import { parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { endOrderOf } from '../market/standing-order.ts';
import { releaseBid } from '../market/withdraw-bid.ts';
import { STORE } from '../internal/store-key.ts';

export interface StoppedAgent {
  readonly agentId: string;
  /** Bids for it, and bids that it paid for others: their credits are released. */
  readonly voidedBids: readonly number[];
  /** What it runs and is asked to end; undefined where nothing runs. */
  readonly executionId: number | undefined;
}

/**
 * Stops an agent until `bootstrapAgent` revives it. Its execution is asked to end, the bids for it and those that it
 * pays are voided, and new ones for it are refused. Idempotent.
 *
 * Its credits and its workspace stay, and a prompt that it has shown can still be answered and rewarded. With nothing
 * else to keep it alive it is dormant from the next cycle on, and dies in time.
 *
 * Refuses: `invalid_id`, `agent_not_found`, `agent_dead`.
 */
export function stopAgent(deps: Economy, agentId: string): Result<StoppedAgent> {
  const { [STORE]: store } = deps;
  const id = parseAgentId(agentId, 'agent');
  if (!id.ok) return id;
  return store.transaction(() => {
    const agent = store.agents.find(agentId);
    if (!agent)
      return refuse('agent_not_found', `there is no agent ${agentId}; bp-agents agents lists them`, { field: 'agent' });
    if (agent.status === 'dead') return refuse('agent_dead', `${agentId} is dead already`, { field: 'agent' });
    store.agents.markStopped(agentId);
    const bids = store.bids.pendingTiedTo(agentId);
    for (const bid of bids)
      releaseBid(deps, bid, 'voided', bid.agentId === agentId ? 'its agent was stopped' : 'its payer was stopped');
    endOrderOf(deps, agentId, 'its agent was stopped');
    store.lots.endOf(agentId);
    const execution = store.executions.unsettled().find((unsettled) => unsettled.agentId === agentId);
    if (execution) store.executions.requestStop(execution.id);
    return accept({ agentId, voidedBids: bids.map(({ id }) => id), executionId: execution?.id });
  });
}
