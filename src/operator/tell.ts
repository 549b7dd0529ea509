import type { Result } from '../domain/refusal.ts';
import { tellAgent, tellAll, type ToldAgents } from '../economy/agents/tell-agents.ts';
import type { Economy } from '../economy/economy.ts';

/** The operator's word to one agent, or to all that live. Refuses as `tellAgent` and `tellAll` do. */
export function tell(economy: Economy, agentId: string | null, text: string): Result<ToldAgents> {
  return agentId === null ? tellAll(economy, text) : tellAgent(economy, agentId, text);
}
