import type { Bid } from '../../domain/bid.ts';
import type { MicroCredits } from '../../domain/credits.ts';
import { checkId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { endOrderOfBid } from './standing-order.ts';

/**
 * Takes a pending bid back and releases its credits. Only its payer may. The standing order that it is of ends, also
 * where the bid itself has won.
 * Refuses: `invalid_id`, `bid_not_found`, `bid_not_pending`.
 */
export function withdrawBid(
  deps: Economy,
  payerId: string,
  bidId: number,
): Result<{ readonly bidId: number; readonly available: MicroCredits }> {
  const { [STORE]: store } = deps;
  const wrong = checkId('bid', bidId);
  if (wrong) return wrong;
  return store.transaction(() => {
    const bid = store.bids.find(bidId);
    if (bid?.payerId !== payerId) return refuse('bid_not_found', 'the id must be that of a bid which you pay');
    const endsOrder = endOrderOfBid(deps, bidId, 'withdrawn');
    if (bid.status !== 'pending' && endsOrder) return accept({ bidId, available: store.accounts.available(payerId) });
    if (bid.status !== 'pending') return refuse('bid_not_pending', `the bid is ${bid.status}, not pending`);
    releaseBid(deps, bid, 'withdrawn', 'withdrawn');
    return accept({ bidId, available: store.accounts.available(payerId) });
  });
}

/** Ends a pending bid without a win and gives its hold back. Runs inside the caller's transaction. */
export function releaseBid(
  { [STORE]: store, clock }: Economy,
  bid: Bid,
  status: 'withdrawn' | 'expired' | 'voided',
  reason: string,
): void {
  const { cycle } = store.state.get();
  store.transfers.void(bid.holdId, { cycle, at: clock.now() });
  store.bids.end(bid.id, status, cycle, reason);
  store.bids.recordFate(bid.id, cycle, reason);
}
