import type { Agent } from '../../domain/agent.ts';
import { OPERATOR, parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** An agent that can be dealt with. Refuses: `invalid_id`, `agent_not_found`, `agent_dead`, `agent_stopped`. */
export function findLiving({ [STORE]: store }: Economy, agentId: string, field: string): Result<Agent> {
  const id = parseAgentId(agentId, field);
  if (!id.ok) return id;
  const agent = store.agents.find(agentId);
  if (agentId === OPERATOR)
    return refuse('agent_not_found', 'the operator is no agent; POST /human/prompt shows it something', { field });
  if (!agent)
    return refuse('agent_not_found', `${field} must be the id of an agent; GET /social/agents lists them`, { field });
  if (agent.status === 'dead') return refuse('agent_dead', `${field} must be an agent that is not dead`, { field });
  if (agent.stopped)
    return refuse('agent_stopped', `${field} must be an agent that the operator has not stopped`, { field });
  return accept(agent);
}

/** Where credits for this agent go: to itself, or on to `burn` when it is dead. */
export function receiver({ [STORE]: store }: Economy, agentId: string): string {
  return store.agents.find(agentId)?.status === 'dead' ? 'system:burn' : agentId;
}
