import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import { formatId, OPERATOR } from '../../domain/ids.ts';
import type { Message, SentMessage } from '../../store/messages.ts';

/** A message as its receiver sees it. */
export function messageView(message: Message) {
  return {
    id: formatId('message', message.id),
    from: message.fromId ?? OPERATOR,
    content: message.content,
    sent_at: new Date(message.sentAt).toISOString(),
  };
}

/** A message as the operator sees it. */
export function sentMessageView({ id, fromId, toId, content, cycle, sentAt, handedTo }: SentMessage) {
  return {
    id: formatId('message', id),
    from: fromId ?? OPERATOR,
    to: toId,
    content,
    cycle,
    sent_at: new Date(sentAt).toISOString(),
    /** The execution that was handed it; null while it waits for one. */
    read_by: handedTo === null ? null : formatId('execution', handedTo),
  };
}

/** What an agent was sent, with ids under `before`, the newest first. */
export function inboxBefore(economy: Economy, agentId: string, before: number, limit: number): readonly Message[] {
  return economy[STORE].messages.inbox(agentId, before, limit);
}

/** All that are kept, or those from and to one agent, with ids under `before`, the newest first. */
export function messagesBefore(
  economy: Economy,
  before: number,
  limit: number,
  agentId?: string,
): readonly SentMessage[] {
  return economy[STORE].messages.page(before, limit, agentId);
}
