import { parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { PurgedRows } from '../../store/texts.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

export interface PurgedAgent {
  readonly agentId: string;
  readonly isDead: boolean;
  /** How many rows lost text, of each kind. */
  readonly rows: PurgedRows;
  /** What is not over and keeps its text: its execution, and prompts that wait for the human. */
  readonly executionId: number | undefined;
  readonly waitingPrompts: readonly number[];
  /** Pending bids whose payload an execution is still to be handed. */
  readonly pendingBids: readonly number[];
  /** Messages of others that it has not read, or that its execution was handed and may not have read. */
  readonly unreadMessages: readonly number[];
}

/**
 * Takes away all text of an agent that is over: its prompts and their answers, its messages both ways, its calls of
 * models and their answers. Rows, marks and money stay, so that every record and the ledger agree as before. What isn't
 * over keeps its text. Idempotent.
 * Refuses: `invalid_id`, `agent_not_found`.
 */
export function purgeAgent({ [STORE]: store, clock }: Economy, text: string): Result<PurgedAgent> {
  const id = parseAgentId(text, 'agent');
  if (!id.ok) return id;
  const { value: agentId } = id;
  return store.transaction(() => {
    const agent = store.agents.find(agentId);
    if (!agent)
      return refuse('agent_not_found', `there is no agent ${agentId}; bp-agents agents lists them`, { field: 'agent' });
    const isDead = agent.status === 'dead';
    const execution = store.executions.unsettled().find((unsettled) => unsettled.agentId === agentId);
    const rows = store.texts.purgeAgent({ agentId, at: clock.now(), isDead, isRunning: execution !== undefined });
    const waiting = store.prompts.waiting().filter((prompt) => prompt.agentId === agentId);
    const pending = store.bids.pendingTiedTo(agentId).filter((bid) => store.bids.payload(bid.id) !== null);
    return accept({
      ...{ agentId, isDead, rows, executionId: execution?.id },
      waitingPrompts: waiting.map((prompt) => prompt.id),
      pendingBids: pending.map((bid) => bid.id),
      unreadMessages: store.texts.unread(agentId),
    });
  });
}
