import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import { formatId, OPERATOR } from '../../domain/ids.ts';
import type { Message } from '../../store/messages.ts';

/** A message as its receiver sees it. */
export function messageView(message: Message) {
  return {
    id: formatId('message', message.id),
    from: message.fromId ?? OPERATOR,
    content: message.content,
    sent_at: new Date(message.sentAt).toISOString(),
  };
}

/** What an agent was sent, with ids under `before`, the newest first. */
export function inboxBefore(economy: Economy, agentId: string, before: number, limit: number): readonly Message[] {
  return economy[STORE].messages.inbox(agentId, before, limit);
}

/** All that were ever sent, with ids under `before`, the newest first. */
export function messagesBefore(economy: Economy, before: number, limit: number): readonly Message[] {
  return economy[STORE].messages.page(before, limit);
}
