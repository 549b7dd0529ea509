import { BALANCE_MAX, checkAmount, subtract, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { checkText } from '../../domain/text.ts';
import type { Economy } from '../economy.ts';
import { findLiving } from '../agents/living-agent.ts';
import { STORE } from '../internal/store-key.ts';

export interface TransferOrder {
  readonly to: string;
  readonly amount: MicroCredits;
  readonly memo?: string | undefined;
}

/**
 * Pays another agent.
 * Refuses: `accounts_must_be_different`, what `findLiving` refuses of `to`, `checkText` of the memo and `checkAmount` of
 * the amount, `insufficient_credits`, `balance_too_large`.
 */
export function transferCredits(
  deps: Economy,
  from: string,
  { to, amount, memo }: TransferOrder,
): Result<{ readonly transferId: number; readonly available: MicroCredits }> {
  const { [STORE]: store, clock, config } = deps;
  return store.transaction(() => {
    if (to === from) return refuse('accounts_must_be_different', 'to must be another agent', { field: 'to' });
    const receiver = findLiving(deps, to, 'to');
    if (!receiver.ok) return receiver;
    const wrong =
      checkAmount(amount) ?? (memo === undefined ? undefined : checkText(memo, 'memo', config.economy.memo_chars_max));
    if (wrong) return wrong;
    const available = store.accounts.available(from);
    if (amount > available)
      return refuse('insufficient_credits', `amount must be at most ${toCredits(available)}, the available balance`, {
        field: 'amount',
        limit: toCredits(available),
      });
    const room = subtract(BALANCE_MAX, store.accounts.balance(to).posted);
    if (amount > room)
      return refuse('balance_too_large', `${to} can be paid at most ${toCredits(room)} more`, {
        field: 'amount',
        limit: toCredits(room),
      });
    const { cycle } = store.state.get();
    const transferId = store.transfers.single({
      cycle,
      at: clock.now(),
      debit: from,
      credit: to,
      amount,
      kind: 'transfer',
      ref: '',
    });
    if (memo !== undefined && memo !== '') store.transfers.annotate(transferId, memo);
    return accept({ transferId, available: store.accounts.available(from) });
  });
}
