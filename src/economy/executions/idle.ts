import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** An agent for which nothing is pending after its last execution: it is on its way to death. */
export interface IdleAgent {
  readonly executionId: number;
  readonly agentId: string;
  /** The code with which that execution's last bid was refused, where one was. */
  readonly refusedBid: string | null;
}

/**
 * Whether nothing will run the agent again by itself. Then no bid for it is pending, be it its own, a sponsor's or a
 * restart, and no prompt waits whose end places one. Not to be asked of the dead, nor of those whom the operator
 * stopped.
 */
export function isIdle({ [STORE]: store }: Economy, agentId: string): boolean {
  const agent = store.agents.find(agentId);
  if (!agent || agent.status === 'dead' || agent.stopped || store.bids.hasPendingFor(agentId)) return false;
  return !store.prompts.waiting().some((prompt) => prompt.agentId === agentId && prompt.nextBid !== null);
}

/**
 * Marks the last execution of an agent that has become idle since that ended, because its prompt's `next_bid` was
 * refused or its bid expired. Undefined where that was told before, or nothing of it ever ran.
 */
export function markIdleSince({ [STORE]: store }: Economy, agentId: string): IdleAgent | undefined {
  const [last] = store.executions.ofAgent(agentId, Number.MAX_SAFE_INTEGER, 1);
  if (!last || last.leftIdle || store.agents.find(agentId)?.stopped) return undefined;
  store.executions.markLeftIdle(last.id);
  return { executionId: last.id, agentId, refusedBid: last.refusedBid };
}
