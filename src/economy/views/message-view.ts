import { formatId } from '../../domain/ids.ts';
import type { Message } from '../../store/messages.ts';

/** A message as its receiver sees it. */
export function messageView(message: Message) {
  return {
    id: formatId('message', message.id),
    from: message.fromId,
    content: message.content,
    sent_at: new Date(message.sentAt).toISOString(),
  };
}
