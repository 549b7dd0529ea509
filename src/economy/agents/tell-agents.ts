import { parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkContent } from '../../domain/text.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { cleanText } from '../requests/publish-request.ts';
import { findLiving } from './living-agent.ts';

export interface ToldAgents {
  /** Each with the number of its message. */
  readonly told: readonly { readonly agentId: string; readonly messageId: number }[];
  /** These have not read so many of the operator's messages that there is no room for another. */
  readonly full: readonly string[];
}

/**
 * Puts a message of the operator into an agent's inbox, in room of its own. Free.
 * Refuses: what `checkContent` refuses of the content, `empty`, what `findLiving` refuses of the agent, `inbox_full`.
 */
export function tellAgent(deps: Economy, agentId: string, content: string): Result<ToldAgents> {
  const { [STORE]: store } = deps;
  return store.transaction(() => {
    const wrong = checkSaid(deps, content);
    if (wrong) return wrong;
    const id = parseAgentId(agentId, 'agent');
    if (!id.ok) return id;
    if (!store.agents.find(agentId))
      return refuse('agent_not_found', `there is no agent ${agentId}; bp-agents agents lists them`, { field: 'agent' });
    const receiver = findLiving(deps, agentId, 'agent');
    if (!receiver.ok) return receiver;
    const told = put(deps, [agentId], content);
    if (told.full.length > 0) return full(deps, `${agentId} has`);
    return accept(told);
  });
}

/**
 * The same to every agent that lives and was not stopped, the dormant ones too. Who has no room is left out.
 * Refuses: as `tellAgent` does of the content, `agent_not_found` where nobody lives, `inbox_full` where nobody has room.
 */
export function tellAll(deps: Economy, content: string): Result<ToldAgents> {
  const { [STORE]: store } = deps;
  return store.transaction(() => {
    const wrong = checkSaid(deps, content);
    if (wrong) return wrong;
    const living = store.agents.living();
    if (living.length === 0) return refuse('agent_not_found', 'no agent lives here', { field: 'all' });
    const told = put(deps, living, content);
    return told.told.length === 0 ? full(deps, 'all agents have') : accept(told);
  });
}

function checkSaid({ config }: Economy, content: string): Refusal | undefined {
  const wrong = checkContent(content, 'text', config.economy.message_bytes_max);
  if (wrong) return wrong;
  if (content.trim() === '') return refuse('empty', 'text must not be empty', { field: 'text' });
  return checkContent(cleanText(content), 'text', config.economy.message_bytes_max);
}

function put({ [STORE]: store, clock, config }: Economy, agentIds: readonly string[], content: string): ToldAgents {
  const { cycle } = store.state.get();
  const message = { fromId: null, content: cleanText(content), cycle, sentAt: clock.now() };
  const hasRoom = (agentId: string) =>
    store.messages.countUnhandedOfOperator(agentId) < config.economy.operator_inbox_max;
  const told = agentIds
    .filter(hasRoom)
    .map((agentId) => ({ agentId, messageId: store.messages.insert({ ...message, toId: agentId }) }));
  const reached = new Set(told.map(({ agentId }) => agentId));
  return { told, full: agentIds.filter((agentId) => !reached.has(agentId)) };
}

function full({ config }: Economy, who: string): Refusal {
  const { operator_inbox_max: limit } = config.economy;
  return refuse('inbox_full', `${who} not read ${limit} messages of the operator`, { limit });
}
