import type { Agent } from '../domain/agent.ts';
import { parseAgentId } from '../domain/ids.ts';
import type { Economy } from '../economy/economy.ts';
import { reject, valueOf } from './failure.ts';

/** The agent with this id, dead or alive. Throws `Refused`: `invalid_id`, `agent_not_found`. */
export function findAgent({ store }: Economy, text: string): Agent {
  const id = valueOf(parseAgentId(text, 'agent'));
  const agent = store.agents.find(id);
  return agent ?? reject('agent_not_found', `there is no agent ${id}; bp-agents agents lists them`, { field: 'agent' });
}
