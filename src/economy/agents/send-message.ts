import { toCredits, type MicroCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { checkContent } from '../../domain/text.ts';
import type { Economy } from '../economy.ts';
import { findLiving } from './living-agent.ts';
import { STORE } from '../internal/store-key.ts';

export interface SentMessage {
  readonly messageId: number;
  readonly fee: MicroCredits;
  readonly available: MicroCredits;
}

/**
 * Puts a message into another agent's inbox; the sender pays the fee.
 * Refuses: what `findLiving` refuses of `to`, `agents_must_be_different`, what `checkContent` refuses of the content,
 * `inbox_full`, `insufficient_credits`.
 */
export function sendMessage(
  deps: Economy,
  from: string,
  { to, content }: { readonly to: string; readonly content: string },
): Result<SentMessage> {
  const { [STORE]: store, clock, config } = deps;
  const { message_fee: fee, message_bytes_max: bytesMax, inbox_max: inboxMax } = config.economy;
  return store.transaction(() => {
    const receiver = findLiving(deps, to, 'to');
    if (!receiver.ok) return receiver;
    if (to === from)
      return refuse('agents_must_be_different', 'to must be another agent; what you write into your workspace stays', {
        field: 'to',
      });
    const wrong = checkContent(content, 'content', bytesMax);
    if (wrong) return wrong;
    if (store.messages.countUnhanded(to) >= inboxMax)
      return refuse('inbox_full', `the inbox of ${to} holds ${inboxMax} messages that it has not read`, {
        limit: inboxMax,
      });
    const available = store.accounts.available(from);
    if (fee > available)
      return refuse('insufficient_credits', `a message costs ${toCredits(fee)}; ${toCredits(available)} is available`, {
        limit: toCredits(fee),
      });
    const { cycle } = store.state.get();
    const at = clock.now();
    const messageId = store.messages.insert({ fromId: from, toId: to, content, cycle, sentAt: at });
    const ref = formatId('message', messageId);
    if (fee > 0)
      store.transfers.single({
        cycle,
        at,
        debit: from,
        credit: 'system:fees',
        amount: fee,
        kind: 'message_fee',
        ref,
      });
    return accept({ messageId, fee, available: store.accounts.available(from) });
  });
}
