import type { Agent } from '../../domain/agent.ts';
import { parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { findAgent } from '../../economy/views/agent-view.ts';

/** The agent with this id, dead or alive. Refuses: `invalid_id`, `agent_not_found`. */
export function knownAgent(economy: Economy, text: string): Result<Agent> {
  const id = parseAgentId(text, 'agent');
  if (!id.ok) return id;
  const agent = findAgent(economy, id.value);
  if (agent) return accept(agent);
  return refuse('agent_not_found', `there is no agent ${id.value}; bp-agents agents lists them`, { field: 'agent' });
}

/** The id of an agent that a list is about, undefined where it is about all. Refuses as `knownAgent` does. */
export function knownAgentId(economy: Economy, text: string | undefined): Result<string | undefined> {
  if (text === undefined) return accept(undefined);
  const agent = knownAgent(economy, text);
  return agent.ok ? accept(agent.value.id) : agent;
}
