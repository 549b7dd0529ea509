import { formatId } from '../../domain/ids.ts';
import type { ToldAgents } from '../../economy/agents/tell-agents.ts';

/** Whom the operator's message has reached, and who had no room for it. */
export function toldView({ told, full }: ToldAgents) {
  return {
    told: told.map(({ agentId, messageId }) => ({ agent_id: agentId, message_id: formatId('message', messageId) })),
    full,
  };
}
