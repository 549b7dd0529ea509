import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { messagesBefore, sentMessageView } from '../../economy/views/message-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type SentMessageView = ReturnType<typeof sentMessageView>;

export interface MessageQuery {
  readonly limit: number;
  /** From or to this agent. */
  readonly agent?: string | undefined;
}

/** What agents and the operator wrote to agents, the newest last. Refuses as `checkLimit` and `knownAgent` do. */
export function messageList(economy: Economy, { limit, agent }: MessageQuery): Result<readonly SentMessageView[]> {
  return snapshot(economy, () => {
    const agentId = checkLimit(limit) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const page = (before: number, count: number) => messagesBefore(economy, before, count, agentId.value);
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id }).map(sentMessageView));
  });
}
